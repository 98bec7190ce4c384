"""Drafts in, items with vectors out: the only place where the indexer calls the models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from indexer.drafts import Draft, checked_vector
from models.protocols import DescribeContext, Describer, ImageTextEncoder, Pixels, TextEmbedder
from store.descriptions import Descriptions
from store.errors import InvalidInput
from store.records import Description, Item, Kind, SourceState, Vector

Timed = Callable[[str], AbstractContextManager[None]]
"""Measures what is done inside, for a stage of that name."""


@dataclass(frozen=True, slots=True)
class IndexModels:
    """The models that a pass of an index run uses."""

    encoder: ImageTextEncoder
    embedder: TextEmbedder
    describer: Describer
    descriptions: Descriptions
    """What was described before."""

    def dimensions(self) -> tuple[int, int]:
        """The lengths of image and text vectors."""
        return self.encoder.fingerprint.dimension, self.embedder.fingerprint.dimension


@dataclass(frozen=True, slots=True)
class Encoded:
    """Items ready to be written, the words of each for the full-text index, and those that were refused and why."""

    items: list[Item] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    refused: list[tuple[Item, str]] = field(default_factory=list)
    states: dict[str, SourceState] = field(default_factory=dict)
    """How far the sources of the pictures among them have come, by content (sha256)."""


def encode(drafts: Sequence[Draft], models: IndexModels, timed: Timed) -> Encoded:
    """Encode pictures that lack a vector, describe those that lack words, embed what every draft means, in batches."""
    described, states = list(drafts), {}
    shown = [
        place for place, draft in enumerate(drafts) if draft.pixels is not None and draft.item.image_vector is None
    ]
    silent = [place for place, draft in enumerate(drafts) if not draft.is_described]
    with timed("encode"):
        image_vectors = (
            dict(zip(shown, models.encoder.encode_images(_pixels(drafts, shown)), strict=True)) if shown else {}
        )
    with timed("describe"):
        if silent:
            known = _describe([drafts[place] for place in silent], models)
            for place in silent:
                described[place] = drafts[place].described(known[drafts[place].content])
            pictures = {drafts[place].content for place in silent if drafts[place].item.kind is Kind.IMAGE}
            states = {sha256: known[sha256].state for sha256 in pictures}
    with timed("embed"):
        meant = [place for place, draft in enumerate(described) if draft.meaning]
        meanings = [described[place].meaning for place in meant]
        # Many pictures are described in the same words.
        unique = list(dict.fromkeys(meanings))
        vectors = dict(zip(unique, models.embedder.encode(unique), strict=True)) if unique else {}
        text_vectors = {place: vectors[meaning] for place, meaning in zip(meant, meanings, strict=True)}
    encoded = _assemble(described, image_vectors, text_vectors, models)
    encoded.states.update(states)
    return encoded


def _describe(drafts: Sequence[Draft], models: IndexModels) -> dict[str, Description]:
    """Descriptions by content: those that are kept, and for the others what the describer says now."""
    describer = models.describer.fingerprint.digest
    known = models.descriptions.find(describer, [draft.content for draft in drafts])
    missing = [draft for draft in drafts if draft.content not in known]
    if missing:
        pixels = [draft.pixels for draft in missing if draft.pixels is not None]
        contexts = [DescribeContext(draft.larger) for draft in missing]
        said = models.describer.describe(pixels, contexts)
        made = {draft.content: description for draft, description in zip(missing, said, strict=True)}
        models.descriptions.keep(describer, made)
        known |= made
    return known


def _pixels(drafts: Sequence[Draft], places: Sequence[int]) -> list[Pixels]:
    return [pixels for place in places if (pixels := drafts[place].pixels) is not None]


def _assemble(
    drafts: Sequence[Draft], image_vectors: dict[int, Vector], text_vectors: dict[int, Vector], models: IndexModels
) -> Encoded:
    encoded = Encoded()
    image_dimension, text_dimension = models.dimensions()
    for place, draft in enumerate(drafts):
        item = draft.item
        try:
            if place in image_vectors:
                vector = checked_vector(image_vectors[place], image_dimension, models.encoder.fingerprint.name)
                item = replace(item, image_vector=vector)
            if place in text_vectors:
                vector = checked_vector(text_vectors[place], text_dimension, models.embedder.fingerprint.name)
                item = replace(item, text_vector=vector)
        except InvalidInput as error:
            encoded.refused.append((item, str(error)))
            continue
        encoded.items.append(item)
        encoded.words.append("\n".join(part for part in draft.words if part))
    return encoded
