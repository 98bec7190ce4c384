"""The JSON of Viscite, in one place for the command line and HTTP, and how records become it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.migration import Migrated
from api.search_request import SearchRequest
from indexer.report import Report
from retriever.search import Found
from store.collections import Collection
from store.manifest import Manifest
from store.records import Answer, Box, Citation, Claim, Description, Evidence, Hit, Item, Kind
from vision.classify import Classified


class Schema(BaseModel):
    """Base of all replies: what is not named here is not sent."""

    model_config = ConfigDict(extra="forbid")


class SignalOut(Schema):
    channel: str
    score: float
    rank: int
    probability: float | None
    terms: list[str]


class CopyOut(Schema):
    id: str
    path: str


class HitOut(Schema):
    rank: int
    id: str
    kind: Kind
    path: str
    page: int | None
    page_label: str | None
    box: Box | None
    score: float
    confidence: float
    description: str
    snippet: str
    signals: list[SignalOut]
    copies: list[CopyOut]
    others: list[HitOut]
    explanation: str | None = Field(description="Why it was found, as a sentence, where it was asked for.")

    @classmethod
    def of(cls, hit: Hit, explain: bool = False) -> HitOut:
        item = hit.item
        signals = [
            SignalOut(
                channel=signal.channel,
                score=round(signal.score, 6),
                rank=signal.rank,
                probability=None if signal.probability is None else round(signal.probability, 4),
                terms=list(signal.terms),
            )
            for signal in hit.signals
        ]
        return cls(
            rank=hit.rank,
            id=item.id,
            kind=item.kind,
            path=hit.path,
            page=item.page,
            page_label=item.attributes.get("page_label"),
            box=item.box,
            score=round(hit.score, 6),
            confidence=round(hit.confidence, 4),
            description=item.description,
            snippet=hit.snippet,
            signals=signals,
            copies=[CopyOut(id=copy.id, path=copy.path) for copy in hit.copies],
            others=[HitOut.of(other, explain) for other in hit.others],
            explanation=hit.explanation if explain else None,
        )


class SearchOut(Schema):
    query: str
    hits: list[HitOut]
    nothing_matches: bool
    offset: int
    more: bool
    seconds: float

    @classmethod
    def of(cls, request: SearchRequest, found: Found, seconds: float, explain: bool = False) -> SearchOut:
        return cls(
            query=request.text,
            hits=[HitOut.of(hit, explain) for hit in found.hits],
            nothing_matches=found.nothing_matches,
            offset=request.offset,
            more=found.more,
            seconds=round(seconds, 4),
        )


class ClaimOut(Schema):
    text: str
    citations: list[int]
    verdict: str
    support: float


def claim_out(claim: Claim) -> ClaimOut:
    """A claim with its verdict."""
    return ClaimOut(
        text=claim.text,
        citations=list(claim.citations),
        verdict=str(claim.verdict),
        support=round(claim.support, 4),
    )


class CitationOut(Schema):
    number: int
    id: str
    kind: Kind
    path: str
    page: int | None
    page_label: str | None
    box: Box | None
    boxes: list[Box]
    quote: str
    thumbnail: str
    image: str


class EvidenceOut(Schema):
    """What an answer may cite. `number` to `box` are as in its citations."""

    number: int
    id: str
    kind: Kind
    path: str
    page: int | None
    page_label: str | None
    box: Box | None
    confidence: float
    description: str
    snippet: str
    thumbnail: str

    @classmethod
    def of(cls, evidence: Evidence, collection: str) -> EvidenceOut:
        hit, item = evidence.hit, evidence.hit.item
        return cls(
            number=evidence.number,
            id=item.id,
            kind=item.kind,
            path=hit.path,
            page=item.page,
            page_label=item.attributes.get("page_label"),
            box=item.box,
            confidence=round(hit.confidence, 4),
            description=item.description,
            snippet=hit.snippet,
            thumbnail=thumbnail_address(collection, item),
        )


class EvidenceListOut(Schema):
    evidence: list[EvidenceOut]

    @classmethod
    def of(cls, evidence: Sequence[Evidence], collection: str) -> EvidenceListOut:
        return cls(evidence=[EvidenceOut.of(piece, collection) for piece in evidence])


class TextOut(Schema):
    text: str


class RemovedOut(Schema):
    text: str
    reason: str


class AnswerOut(Schema):
    question: str
    answer: str
    claims: list[ClaimOut]
    citations: list[CitationOut]
    removed: list[RemovedOut]
    abstained: bool
    seconds: float

    @classmethod
    def of(cls, answer: Answer, collection: str, seconds: float) -> AnswerOut:
        return cls(
            question=answer.question,
            answer=answer.text,
            claims=[claim_out(claim) for claim in answer.claims],
            citations=[citation_out(citation, collection) for citation in answer.citations],
            removed=[RemovedOut(text=one.text, reason=one.reason) for one in answer.removed],
            abstained=answer.abstained,
            seconds=round(seconds, 4),
        )


def citation_out(citation: Citation, collection: str) -> CitationOut:
    """A citation with the addresses of its thumbnail and of the picture in which its place is marked."""
    evidence: Evidence = citation.evidence
    item = evidence.hit.item
    return CitationOut(
        number=evidence.number,
        id=item.id,
        kind=item.kind,
        path=evidence.hit.path,
        page=item.page,
        page_label=item.attributes.get("page_label"),
        box=citation.box,
        boxes=list(citation.boxes),
        quote=citation.quote,
        thumbnail=thumbnail_address(collection, item),
        image=highlight_address(collection, item, citation.boxes),
    )


def thumbnail_address(collection: str, item: Item) -> str:
    """Where the server shows a small picture of an item."""
    return f"/v1/collections/{collection}/items/{item.id}/thumbnail"


def highlight_address(collection: str, item: Item, boxes: Sequence[Box]) -> str:
    """Where the server shows the boxes, or the item's own, marked on the page or picture."""
    marked = "".join("&box=" + ",".join(f"{edge:g}" for edge in box) for box in boxes)
    return f"/v1/collections/{collection}/items/{item.id}/image?highlight=1{marked}"


class LabelOut(Schema):
    label: str
    probability: float


class ClassifiedOut(Schema):
    path: str
    labels: list[LabelOut]
    best: str | None
    rejected: bool

    @classmethod
    def of(cls, path: str, one: Classified) -> ClassifiedOut:
        labels = [LabelOut(label=label, probability=round(chance, 4)) for label, chance in one.labels]
        return cls(path=path, labels=labels, best=one.best, rejected=one.rejected)


class ClassifyOut(Schema):
    results: list[ClassifiedOut]
    model: str

    @classmethod
    def of(cls, results: Sequence[tuple[str, Classified]], model: str) -> ClassifyOut:
        return cls(results=[ClassifiedOut.of(path, one) for path, one in results], model=model)


class ItemOut(Schema):
    id: str
    kind: Kind
    path: str
    page: int | None
    page_label: str | None
    box: Box | None
    description: str
    text: str
    width: float
    height: float
    captured_at: str | None
    attributes: dict[str, Any]
    thumbnail: str

    @classmethod
    def of(cls, item: Item, path: str, collection: str) -> ItemOut:
        return cls(
            id=item.id,
            kind=item.kind,
            path=path,
            page=item.page,
            page_label=item.attributes.get("page_label"),
            box=item.box,
            description=item.description,
            text=item.text,
            width=item.width,
            height=item.height,
            captured_at=item.captured_at,
            attributes=dict(item.attributes),
            thumbnail=thumbnail_address(collection, item),
        )


class TagOut(Schema):
    name: str
    probability: float


class DescribedOut(Schema):
    path: str
    description: str
    caption: str | None
    caption_probability: float | None
    tags: list[TagOut]
    text: str | None
    colors: list[str]

    @classmethod
    def of(cls, path: str, described: Description) -> DescribedOut:
        return cls(
            path=path,
            description=described.sentence,
            caption=described.caption,
            caption_probability=described.caption_probability,
            tags=[TagOut(name=tag.name, probability=round(tag.probability, 4)) for tag in described.tags],
            text=described.text or None,
            colors=list(described.colors),
        )


class DescribeOut(Schema):
    results: list[DescribedOut]


class SourceCounts(Schema):
    seen: int
    added: int
    unchanged: int
    removed: int
    skipped: int


class ItemCounts(Schema):
    image: int
    page: int
    figure: int
    passage: int


class SkippedOut(Schema):
    path: str
    reason: str


class IndexOut(Schema):
    collection: str
    version: int
    sources: SourceCounts
    items: ItemCounts
    skipped: list[SkippedOut]
    described: int
    texts_read: int
    first_pass: float
    seconds: float
    stages: dict[str, float]

    @classmethod
    def of(cls, collection: str, version: int, report: Report) -> IndexOut:
        counts = SourceCounts(
            seen=report.seen,
            added=report.added,
            unchanged=report.unchanged,
            removed=report.removed,
            skipped=len(report.skipped),
        )
        return cls(
            collection=collection,
            version=version,
            sources=counts,
            items=ItemCounts(**{str(kind): report.items[str(kind)] for kind in Kind}),
            skipped=[SkippedOut(path=path, reason=reason) for path, reason in report.skipped],
            described=report.described,
            texts_read=report.texts_read,
            first_pass=round(report.first_pass, 3),
            seconds=round(report.seconds, 3),
            stages={stage: round(seconds, 3) for stage, seconds in report.stages.items()},
        )


class CollectionOut(Schema):
    name: str
    version: int
    versions: list[int]
    profile: str
    fingerprints: dict[str, dict[str, Any]]
    sources: int
    items: ItemCounts
    bytes: int

    @classmethod
    def of(cls, collection: Collection, manifest: Manifest) -> CollectionOut:
        return cls(
            name=collection.name,
            version=manifest.version,
            versions=collection.versions(),
            profile=manifest.profile,
            fingerprints={role: dict(one) for role, one in manifest.fingerprints.items()},
            sources=manifest.sources,
            items=ItemCounts(**{str(kind): manifest.items.get(str(kind), 0) for kind in Kind}),
            bytes=collection.bytes_on_disk(),
        )


class StatusOut(Schema):
    collections: list[CollectionOut]

    @classmethod
    def of(cls, found: Sequence[tuple[Collection, Manifest]]) -> StatusOut:
        return cls(collections=[CollectionOut.of(one, manifest) for one, manifest in found])


class ModelOut(Schema):
    profile: str
    role: str
    model: str
    here: bool
    missing: str


class ModelsOut(Schema):
    models: list[ModelOut]

    @classmethod
    def of(cls, found: Sequence[tuple[str, str, str, str]]) -> ModelsOut:
        models = [
            ModelOut(profile=profile, role=role, model=model, here=not missing, missing=missing)
            for profile, role, model, missing in found
        ]
        return cls(models=models)


class RemovedCount(Schema):
    removed: int


class MovedOut(Schema):
    """A collection that answers from another version now."""

    collection: str
    from_: int = Field(alias="from")
    to: int


class MigratedOut(MovedOut):
    """What a migration did: `carried` counts sources whose files were not opened, `skipped` names what is not whole."""

    profile: str
    added: int
    carried: int
    unchanged: int
    removed: int
    items: ItemCounts
    skipped: list[SkippedOut]
    comparison: dict[str, Any] | None
    seconds: float

    @classmethod
    def of_run(cls, collection: str, profile: str, done: Migrated) -> MigratedOut:
        report = done.report
        return cls.model_validate(
            {
                "collection": collection,
                "from": done.old,
                "to": done.new,
                "profile": profile,
                "added": report.added,
                "carried": report.carried,
                "unchanged": report.unchanged,
                "removed": report.removed,
                "items": {str(kind): report.items.get(str(kind), 0) for kind in Kind},
                "skipped": [{"path": path, "reason": reason} for path, reason in report.skipped],
                "comparison": done.comparison,
                "seconds": round(report.seconds, 3),
            }
        )
