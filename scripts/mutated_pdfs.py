"""Indexes damaged PDFs and says what became of each: `python scripts/mutated_pdfs.py [--count 500] [--keep DIR]`.

Makes them of the documents of `corpora/documents` and of the demo: bytes flipped, cut short, pieces left out or
doubled, objects swapped, numbers made huge, streams spoilt. All are indexed in one run. Prints how many were indexed,
in part, or refused, the longest that one took, and the peak of memory; fails if the run stops, or a file is neither
indexed nor named. Text in pictures is not read, which bounds the time to some minutes.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from api.service import Viscite
from api.settings import Settings
from scripts.demo_corpus import load_recipe as demo_recipe
from scripts.demo_corpus import render_documents
from scripts.documents_corpus import build
from scripts.memory_watch import MemoryWatch
from store.reader import Reader

SEED = 13
COUNT = 500
FILE_SECONDS = 20.0
"""What a few pages may take; a file of many pages may take it several times."""
OBJECT = re.compile(rb"\d+ 0 obj\b(.*?)endobj", re.DOTALL)
NUMBER = re.compile(rb"(?<=[\s\[/])\d{1,6}(?=[\s\]/>])")
HUGE = (b"0", b"-1", b"65536", b"2147483647", b"99999999999", b"1e38")


def flipped(data: bytes, chance: random.Random) -> bytes:
    """Some bytes with another value."""
    damaged = bytearray(data)
    for _ in range(chance.choice((1, 8, 64, 512))):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    return bytes(damaged)


def truncated(data: bytes, chance: random.Random) -> bytes:
    """The beginning alone."""
    return data[: chance.randrange(16, len(data))]


def without_a_piece(data: bytes, chance: random.Random) -> bytes:
    """A piece left out of the middle, so that every offset behind it is wrong."""
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.randrange(1, 5000) :]


def with_a_piece_doubled(data: bytes, chance: random.Random) -> bytes:
    """A piece standing twice."""
    start = chance.randrange(len(data))
    piece = data[start : start + chance.randrange(1, 5000)]
    return data[:start] + piece + data[start:]


def with_objects_swapped(data: bytes, chance: random.Random) -> bytes:
    """Two objects with each other's contents: a page that is a font, a tree that is its own branch."""
    bodies = list(OBJECT.finditer(data))
    if len(bodies) < 2:
        return flipped(data, chance)
    first, second = sorted(chance.sample(bodies, 2), key=lambda match: match.start())
    return data[: first.start(1)] + second[1] + data[first.end(1) : second.start(1)] + first[1] + data[second.end(1) :]


def with_huge_numbers(data: bytes, chance: random.Random) -> bytes:
    """Some lengths, counts, sizes and references replaced by absurd ones."""
    places = [match.span() for match in NUMBER.finditer(data)]
    damaged = data
    for start, end in sorted(chance.sample(places, min(len(places), chance.choice((1, 3, 12)))), reverse=True):
        damaged = damaged[:start] + chance.choice(HUGE) + damaged[end:]
    return damaged


def with_a_stream_spoilt(data: bytes, chance: random.Random) -> bytes:
    """The contents of a stream replaced by noise of the same length."""
    streams = [match.span(1) for match in re.finditer(rb"stream\r?\n(.*?)endstream", data, re.DOTALL) if match[1]]
    if not streams:
        return flipped(data, chance)
    start, end = chance.choice(streams)
    return data[:start] + chance.randbytes(end - start) + data[end:]


MUTATIONS: Sequence[Callable[[bytes, random.Random], bytes]] = (
    *(flipped, truncated, without_a_piece, with_a_piece_doubled, with_objects_swapped, with_huge_numbers),
    with_a_stream_spoilt,
)


def mutated(sources: Sequence[bytes], count: int, seed: int = SEED) -> Iterator[tuple[str, bytes]]:
    """`count` names and damaged contents, each way in turn; the same for the same seed."""
    chance = random.Random(seed)
    for number in range(count):
        way = MUTATIONS[number % len(MUTATIONS)]
        yield f"{number:04}-{way.__name__.replace('_', '-')}.pdf", way(chance.choice(sources), chance)


def unnamed(viscite: Viscite, collection: str, files: Sequence[Path], skipped: Sequence[tuple[str, str]]) -> list[Path]:
    """The files that are neither indexed nor named with a reason."""
    reader = Reader.open(viscite.home.collection(collection))
    known = {source.path for source in reader.sources} | {path.split("#page=")[0] for path, reason in skipped if reason}
    return [path for path in files if str(path) not in known]


def whole_documents(scratch: Path) -> list[bytes]:
    """The PDFs of both corpora; of the demo those that embed no photo."""
    build(scratch / "drawn")
    demo = [one for one in demo_recipe().documents if "IMG_" not in _source(one.source)]
    render_documents(demo, scratch, scratch / "demo")
    paths = [*(scratch / "drawn" / "documents").glob("*.pdf"), *(scratch / "demo").glob("*.pdf")]
    return [path.read_bytes() for path in sorted(paths)]


def _source(name: str) -> str:
    return (Path(__file__).parent.parent / "corpora" / "demo" / "documents" / name).read_text(encoding="utf-8")


def main() -> int:
    """The exit status: 0 if the run went through and every file is accounted for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        scratch = Path(temporary)
        folder: Path = (arguments.keep or scratch / "mutated").absolute()
        folder.mkdir(parents=True, exist_ok=True)
        files = []
        for name, data in mutated(whole_documents(scratch), arguments.count):
            (folder / name).write_bytes(data)
            files.append(folder / name)
        viscite = Viscite(Settings(home=scratch / "home", file_seconds=FILE_SECONDS, read_text=False))
        moments = [time.perf_counter()]
        with MemoryWatch() as memory:
            _, report = viscite.index([folder], "mutated", progress=lambda *_: moments.append(time.perf_counter()))
        viscite.close()
        missing = unnamed(viscite, "mutated", files, report.skipped)
    refused = {path for path, _ in report.skipped if "#page=" not in path}
    in_part = {path.split("#page=")[0] for path, _ in report.skipped} - refused
    longest = max(after - before for before, after in pairwise(moments))
    print(f"{len(files)} damaged PDFs: {report.added} indexed ({len(in_part)} in part), {len(refused)} refused")
    for reason, times in Counter(reason for _, reason in report.skipped).most_common(12):
        print(f"  {times:4}  {reason}")
    print(f"longest for one file {longest:.1f} s, in all {moments[-1] - moments[0]:.0f} s")
    print(f"peak memory {memory.peak('main'):.0f} MiB, of a worker {memory.peak('largest_child'):.0f} MiB")
    print(f"neither indexed nor named: {len(missing)} {[path.name for path in missing[:5]]}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
