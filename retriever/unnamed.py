"""What the silence of a describer tells: it has a name for what is asked for, and did not give it to a picture."""

from __future__ import annotations

from collections.abc import Mapping

from models.protocols import Vocabulary
from store.catalogue import Catalogue
from store.filters import TAGGED, tag_key
from store.records import Query


class Unnamed:
    """Says of the pictures of a version how sure it is that they would have been named by what a query asks for."""

    def __init__(self, catalogue: Catalogue, vocabulary: Vocabulary | None, query: Query) -> None:
        self._catalogue = catalogue
        named = vocabulary.naming(query.text) if vocabulary and _is_plain(query) else {}
        self._named: Mapping[str, float] = {tag_key(name): share for name, share in named.items()}
        self._known = max(self._named.values(), default=0.0)

    def of(self, row: int) -> float:
        """From 0, where the describer has no name for what is asked for or gave it to the item, to 1."""
        if not self._named or self._catalogue.kinds[row] not in TAGGED:
            return 0.0
        given = max((self._named.get(tag, 0.0) for tag in self._catalogue.tags(row)), default=0.0)
        return self._known - given


def _is_plain(query: Query) -> bool:
    """Whether one text is all that the query looks for."""
    return bool(query.text) and not query.texts and not query.images
