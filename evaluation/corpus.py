"""What an index holds, as corpus ids. Copies of a file are one document: whichever path a dataset names, it counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluation.dataset import Dataset, file_of
from evaluation.run import corpus_id
from store.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Corpus:
    """`ids[row]` is the corpus id of a row of the catalogue; of copies, that of the first path stands for all.

    `first` maps the corpus id of every further copy of a file to that of the first.
    """

    root: str
    ids: Sequence[str]
    first: Mapping[str, str]

    @classmethod
    def of(cls, catalogue: Catalogue, root: str) -> Corpus:
        """The corpus of a catalogue, with paths relative to the folder `root`."""
        # A row whose source is not wholly in is never ranked, and has no path.
        paths = [catalogue.paths.get(content, [content])[0] for content in catalogue.contents]
        first = {
            corpus_id(copy, None, root): corpus_id(copies[0], None, root)
            for copies in catalogue.paths.values()
            for copy in copies[1:]
        }
        ids = [corpus_id(path, page, root) for path, page in zip(paths, catalogue.pages, strict=True)]
        return cls(root, ids, first)

    @classmethod
    def explaining(cls, dataset: Dataset, catalogue: Catalogue, roots: Sequence[str]) -> Corpus:
        """The corpus relative to that of `roots` which explains most of the expected documents."""
        every = [cls.of(catalogue, root) for root in roots or ("/",)]
        return max(every, key=lambda corpus: corpus._explained(dataset))

    def name(self, document: str) -> str:
        """The id under which the index knows a document that a dataset names."""
        file = file_of(document)
        return self.first.get(file, file) + document[len(file) :]

    def _explained(self, dataset: Dataset) -> int:
        known = {*self.ids, *map(file_of, self.ids)}
        return len({self.name(document) for document in dataset.documents} & known)


def is_relevant(document: str, grades: Mapping[str, int]) -> bool:
    """Whether a hit on a document or page counts for the expected documents or whole files in `grades`."""
    return document in grades or file_of(document) in grades
