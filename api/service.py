"""Viscite as one object: what the command line and HTTP both offer, on records. It knows neither of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

from api.migration import Builder, Migrated
from api.search_request import SearchRequest
from api.settings import PROFILES, Settings
from api.versions import Compared, Versions
from api.wiring import Builtin, Models
from evaluation.answer_set import load_questions
from evaluation.answering import answer_all
from generator.stream import AnswerStream, last_answer
from indexer.highlights import clipped, crop, draw_boxes, overlaps, surroundings
from indexer.pictures import READING_SIDE, Picture, as_jpeg
from indexer.report import Report
from indexer.run import Indexer, Progress
from indexer.workers import Workers, read_content
from models.errors import ModelUnavailable
from models.protocols import DescribeContext, Describer, Pixels, Turn
from retriever.search import Found, Retriever, with_image_vectors
from retriever.surroundings import with_surroundings
from store.collections import Collection, Home
from store.descriptions import Descriptions
from store.errors import InvalidInput, NotFound
from store.filters import is_under
from store.manifest import FILE_NAME, Manifest, brief, read_manifest
from store.names import is_text, places
from store.records import Answer, Box, Description, Item, Kind, Query, SourceState, Weighted
from store.upgrade import bring_up_to_date
from store.vector_views import ViewName
from store.writer import Writer, lock
from vision.classify import Classified, checked_labels, classify

EVIDENCE = 8
"""Hits that an answer may draw on, unless the request says otherwise."""


@dataclass(frozen=True, slots=True)
class AskRequest:
    """A question as a person asks it, with the conversation before it and pictures, encoded, shown with it."""

    question: str
    history: tuple[Turn, ...] = ()
    images: tuple[bytes, ...] = ()
    under: tuple[str, ...] = ()
    limit: int = EVIDENCE
    keep_unsupported: bool = False


QUESTION_SIDE = 1024
"""Pixels of the longer side at which a picture given with a question is shown to a model that sees."""

Value = TypeVar("Value")


class Viscite:
    """All of Viscite over one home folder. Thread-safe. Close it to stop its worker processes."""

    def __init__(self, settings: Settings, builtin: Builtin | None = None) -> None:
        self.settings = settings
        self.home = Home(settings.home)
        self._builtin = builtin or Builtin(settings.model_cache)
        self._descriptions = Descriptions(settings.home / "descriptions.sqlite3")
        self._models: dict[str, Models] = {}
        self._guard = threading.RLock()
        self.versions = Versions(self.home, settings, self.models, self._keep_models)

    @cached_property
    def _workers(self) -> Workers:
        return Workers(self.settings.file_limits(), count=1)

    def close(self) -> None:
        """Stop the worker processes, if any were started."""
        if "_workers" in self.__dict__:
            self._workers.close()
        self.versions.close()
        self._builtin.close()

    def models(self, profile: str) -> Models:
        """The models of a profile. Raises `InvalidInput` for an unknown one."""
        with self._guard:
            if profile not in self._models:
                chosen = self.settings.profile_named(profile)
                limits = self.settings.answer_limits()
                self._models[profile] = Models(profile, chosen, self._builtin, self._descriptions, limits, self._drawn)
            return self._models[profile]

    def _collection(self, name: str) -> Collection:
        """A collection, there or not, whose versions are in the format of today."""
        target = self.home.collection(name)
        bring_up_to_date(target)
        return target

    def _keep_models(self, profiles: Set[str]) -> None:
        """Let go of models that no open version needs, so that those of a version that was replaced cost no memory."""
        with self._guard:
            for name in self._models.keys() - profiles - {self.settings.profile}:
                del self._models[name]

    # Indexing

    def index(
        self,
        paths: Sequence[Path],
        collection: str,
        *,
        profile: str | None = None,
        prune: bool = False,
        progress: Progress | None = None,
    ) -> tuple[int, Report]:
        """Index files and folders; returns the version they are in, and what was done."""
        target = self._collection(collection)
        with lock(target, "is indexing into"):
            version = target.current() if target.exists() else 1
            name = profile or (self._manifest(target).profile if target.exists() else self.settings.profile)
            writer = self._writer(target, version, name)
            indexer = self._indexer(name)
            report = indexer.run(writer, paths, prune=prune, progress=progress)
            if not target.exists():
                target.switch(version)
            # By now all is found by sight; this may take long.
            self._describe(indexer, writer, paths, name, report, progress)
            writer.prepare(self.settings.vector_view)
            self.versions.calibrate(target, version)
        return version, report

    def _writer(self, target: Collection, version: int, profile: str) -> Writer:
        models = self.models(profile)
        manifest = Manifest(version, profile, models.index_fingerprints())
        return Writer.open(target, manifest, models.indexing.dimensions())

    def _indexer(self, profile: str) -> Indexer:
        return Indexer(self.models(profile).indexing, self.settings.file_limits())

    def _describe(
        self,
        indexer: Indexer,
        writer: Writer,
        paths: Sequence[Path],
        profile: str,
        report: Report,
        progress: Progress | None,
    ) -> None:
        reader = self.models(profile).page_reader if self.settings.read_text else None
        indexer.describe(writer, paths, self._describer(profile), reader, self._waiting(), report, progress)

    def _waiting(self) -> set[SourceState]:
        """The states of sources that are to be described again."""
        return {SourceState.QUICK, SourceState.UNREAD} if self.settings.read_text else {SourceState.QUICK}

    def _describer(self, profile: str) -> Describer:
        models = self.models(profile)
        return models.reading_describer if self.settings.read_text else models.describer

    def remove(self, paths: Sequence[str], collection: str) -> int:
        """Forget the sources at or under `paths`, in every version, so that no rollback brings them back.

        Returns how many the current version held. Raises `NotFound` if there is none of them.
        """
        target = self._collection(collection)
        current = target.current()
        tops = [place for one in paths for place in places(one)]
        with lock(target, "is removing files from"):
            # The current version last: after a kill the same command finds what is left.
            older = [one for one in target.versions() if one != current]
            versions = [*(one for one in older if (target.version_folder(one) / FILE_NAME).exists()), current]
            removed = [self._forget(target, version, tops, self.settings.vector_view) for version in versions]
        if not any(removed):
            raise NotFound(f"Nothing at {', '.join(paths)} is in collection '{collection}'. See: viscite status")
        return removed[-1]

    @staticmethod
    def _forget(target: Collection, version: int, tops: Sequence[str], view: ViewName) -> int:
        writer = Writer.open(target, read_manifest(target.version_folder(version)), (0, 0))
        gone = [path for path in writer.sources if is_under(path, tops)]
        if gone:
            writer.forget(gone)
            writer.finish()
            writer.prepare(view)
        return len(gone)

    def migrate(
        self,
        profile: str,
        collection: str,
        progress: Progress | None = None,
        *,
        evaluation: Path | None = None,
        compared: Compared | None = None,
    ) -> Migrated:
        """Build a version with the models of a profile and let it answer; see `Versions.migrate`."""
        self._collection(collection).current()
        models, reads = self.models(profile), self.settings.read_text
        builder = Builder(
            models,
            self._indexer(profile),
            self._describer(profile),
            models.page_reader if reads else None,
            self._waiting(),
            self.settings.vector_view,
        )
        return self.versions.migrate(collection, builder, progress, evaluation, compared)

    def rollback(self, collection: str) -> tuple[int, int]:
        """Let the version that answered before answer again; returns from which and to which."""
        return self.versions.rollback(collection)

    @staticmethod
    def _manifest(target: Collection) -> Manifest:
        return read_manifest(target.version_folder(target.current()))

    # Searching

    def retriever(self, collection: str) -> Retriever:
        """The retriever of a collection as it is now. Raises `IncompatibleIndex` if its models have changed."""
        return self.versions.retriever(collection)

    def search(self, request: SearchRequest, collection: str) -> Found:
        """The hits of a request. Raises `InvalidInput` for one beyond the limits or without anything to look for."""
        request.check(self.settings)
        retriever = self.retriever(collection)
        return retriever.search(self._query(request, self.models(retriever.reader.manifest.profile)))

    def _query(self, request: SearchRequest, models: Models) -> Query:
        pictures = request.pictures()
        pixels = [self.decode(one.part).pixels for one in pictures]
        vectors = models.encoder.encode_images(pixels) if pixels else ()
        return Query(
            text=request.text.strip(),
            texts=request.texts(),
            images=tuple(Weighted(vector, one.weight) for vector, one in zip(vectors, pictures, strict=True)),
            filters=request.filters(),
            limit=request.limit,
            offset=request.offset,
            min_confidence=request.min_confidence,
            fold=request.fold,
            group=request.group,
        )

    def decode(self, data: bytes) -> Picture:
        """A picture given with a request, decoded within the limits, in a worker process."""
        return self._own_workers().decode(data)

    def _own_workers(self) -> Workers:
        with self._guard:
            return self._workers

    def ask(self, request: AskRequest, collection: str) -> Answer:
        """A checked answer from the best `request.limit` hits. Raises `ModelFailed` if the answer model gives none."""
        return last_answer(self.open_answer(request, collection))

    def open_answer(self, request: AskRequest, collection: str) -> AnswerStream:
        """The same answer while it is made. Close it to stop the model."""
        self._check_question(request)
        reader = self.retriever(collection).reader
        generator = self.models(reader.manifest.profile).generator
        alone = generator.standalone(request.question, request.history)[: self.settings.max_query_characters]
        found = self.search(
            SearchRequest(text=alone, images=request.images, under=request.under, limit=request.limit), collection
        )
        return generator.stream(
            request.question,
            with_surroundings(reader, with_image_vectors(reader, found.hits)),
            alone=alone,
            images=[as_jpeg(self.decode(one).pixels, QUESTION_SIDE) for one in request.images],
            keep_unsupported=request.keep_unsupported,
            # What is asked of a picture ("What is this?") says little by itself.
            nothing_matches=found.nothing_matches and not request.images,
        )

    def _check_question(self, request: AskRequest) -> None:
        if not request.question.strip():
            raise InvalidInput("No question was asked. Ask for example: viscite ask 'When was the bridge built?'")
        if not is_text(request.question):
            raise InvalidInput("The question holds half a character, which is no Unicode. Write it anew.")
        if len(request.question) > self.settings.max_query_characters:
            raise InvalidInput(
                f"A question of {len(request.question):,} characters; at most "
                f"{self.settings.max_query_characters:,} are read. Shorten it."
            )
        if len(request.history) >= self.settings.max_messages:
            raise InvalidInput(f"More than {self.settings.max_messages} messages. Send the latest only.")

    def item(self, collection: str, identity: str) -> tuple[Item, str]:
        """An item and where it lies. Raises `NotFound`, in the same words for every id that is not there."""
        reader = self.retriever(collection).reader
        row = reader.catalogue.row_of.get(identity)
        if row is None or reader.catalogue.contents[row] not in reader.catalogue.paths:
            raise NotFound(f"There is no such item in collection '{collection}'.")
        return reader.items([row])[0], reader.catalogue.path(row, ())

    def picture(self, collection: str, identity: str, side: int) -> bytes:
        """A JPEG of an item, at most `side` pixels long, made anew from its pixels so that no metadata is in it."""
        return self._drawn(*self.item(collection, identity), side)

    def _drawn(self, item: Item, path: str, side: int) -> bytes:
        data = self._content(item, path)
        if item.kind is Kind.IMAGE:
            return as_jpeg(self._own_workers().decode(data, side).pixels, side)
        if item.page is None:
            return as_jpeg(self._own_workers().draw_text(item.text, side), side)
        return as_jpeg(self._own_workers().render(data, item.page, item.box, side), side)

    def highlighted(self, collection: str, identity: str, boxes: Sequence[Box], side: int) -> bytes:
        """A JPEG of the part of a page or picture around `boxes`, else around the item's own, with these marked.

        Boxes are PDF points or pixels as the item's. Raises `InvalidInput` for one that is not on the page.
        """
        item, path = self.item(collection, identity)
        whole: Box = (0.0, 0.0, max(item.width, 1.0), max(item.height, 1.0))
        marked = list(boxes) or ([item.box] if item.box is not None else [])
        if len(marked) > self.settings.max_boxes:
            raise InvalidInput(f"{len(marked)} boxes; at most {self.settings.max_boxes} are marked at once.")
        for box in marked:
            # Written so that NaN is refused too.
            if not (box[0] < box[2] and box[1] < box[3] and overlaps(box, whole)):
                raise InvalidInput(
                    f"box {','.join(f'{edge:g}' for edge in box)} is not on the page of {whole[2]:g} x {whole[3]:g}. "
                    "Give left,top,right,bottom as the citation does."
                )
        marked = [clipped(box, whole) for box in marked]
        shown = surroundings(marked, whole[2], whole[3]) if marked else whole
        data = self._content(item, path)
        if item.kind is Kind.IMAGE:
            pixels = crop(self._own_workers().decode(data, side).pixels, shown, whole)
        elif item.page is None:
            return self.picture(collection, identity, side)
        else:
            pixels = self._own_workers().render(data, item.page, shown, side)
        return as_jpeg(draw_boxes(pixels, shown, marked), side)

    def original(self, collection: str, identity: str) -> bytes:
        """The bytes of the file that holds an item."""
        return self._content(*self.item(collection, identity))

    def _content(self, item: Item, path: str) -> bytes:
        try:
            return read_content(Path(path), item.sha256, self.settings.file_limits())
        except InvalidInput as error:
            raise NotFound(
                "The file of this item is gone or has changed since it was indexed. Index it again."
            ) from error

    def delete(self, collection: str) -> None:
        """Forget a collection. The files that it indexed are untouched."""
        target = self.home.collection(collection)
        target.current()
        with lock(target):
            self.home.delete(collection)
        self.versions.drop(collection)

    def warm(self) -> None:
        """Load the models and every collection. Raises what is wrong with them."""
        models = self.models(self.settings.profile)
        models.search_fingerprints()
        self.versions.warm()

    # Pictures given with the request

    def classify(
        self, pictures: Sequence[tuple[str, bytes]], labels: Sequence[str], top: int | None = None
    ) -> list[tuple[str, Classified]]:
        """Each named picture with the labels that fit it."""
        if len(pictures) > self.settings.max_pictures:
            raise InvalidInput(f"{len(pictures)} pictures; at most {self.settings.max_pictures} are taken at once.")
        checked = checked_labels(labels, self.settings.max_labels, self.settings.max_label_characters)
        decoded = self._decode_named(pictures)
        results = classify(
            [picture.pixels for picture in decoded], checked, self.models(self.settings.profile).encoder, top
        )
        return [(name, one) for (name, _), one in zip(pictures, results, strict=True)]

    def _decode_named(self, pictures: Sequence[tuple[str, bytes]]) -> list[Picture]:
        decoded = []
        for name, data in pictures:
            try:
                decoded.append(self.decode(data))
            except InvalidInput as error:
                raise InvalidInput(f"{name}: {error}") from error
        return decoded

    def describe(self, pictures: Sequence[tuple[str, bytes]]) -> list[Description]:
        """What named pictures show, in words."""
        decoded = self._decode_named(pictures)
        workers = self._own_workers()
        contexts = [
            DescribeContext(partial(_larger, workers, data) if picture.is_reduced else None)
            for (_, data), picture in zip(pictures, decoded, strict=True)
        ]
        pixels = [picture.pixels for picture in decoded]
        return self._describer(self.settings.profile).describe(pixels, contexts)

    def evaluate(self, folder: Path, collection: str, against: str | None = None) -> dict[str, Any]:
        """The metrics of an evaluation folder on a collection, and beside another version; see `Versions.evaluate`."""
        return self.versions.evaluate(folder, collection, against)

    def evaluate_answers(self, folder: Path, collection: str) -> dict[str, Any]:
        """The measures of the answers to the questions of `answers.jsonl` in a folder, and those that fall short."""
        try:
            questions = load_questions(folder)
            reader = self.retriever(collection).reader
            return answer_all(questions, reader, lambda question: self.ask(AskRequest(question), collection))
        except ValueError as error:
            raise InvalidInput(f"{error}.") from error

    # What is there

    def list_models(self) -> list[tuple[str, str, str, str]]:
        """Profile, role, model, and what is missing of it ("" if nothing), for every profile."""
        found = []
        for name in sorted(PROFILES | self.settings.profiles):
            models = self.models(name)
            for role in ("encoder", "embedder", "reranker", "answer_model"):
                try:
                    model = getattr(models, role)
                    if model is not None:
                        found.append((name, role, brief(model.fingerprint.as_json()), ""))
                except ModelUnavailable as error:
                    found.append((name, role, "", str(error)))
        return found

    def status(self, collection: str | None = None) -> list[tuple[Collection, Manifest]]:
        """Every collection, or the one named, with what its current version says of itself."""
        named = self.home.collections() if collection is None else [self.home.collection(collection)]
        for one in named:
            bring_up_to_date(one)
        return [(one, self._manifest(one)) for one in named]


def timed(call: Callable[[], Value]) -> tuple[Value, float]:
    """What `call` returns, and the seconds it took."""
    start = time.perf_counter()
    value = call()
    return value, time.perf_counter() - start


def _larger(workers: Workers, data: bytes) -> Pixels:
    return workers.decode(data, READING_SIDE).pixels
