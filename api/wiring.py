"""The one place that names concrete model classes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.settings import AnswererChoice, Profile
from generator.limits import AnswerLimits
from generator.prompt import ShowPicture
from indexer.encode import IndexModels
from models.errors import ModelUnavailable
from models.protocols import (
    AnswerModel,
    ChatModel,
    Describer,
    EntailmentModel,
    ImageTextEncoder,
    PageReader,
    Reranker,
    TextEmbedder,
    Vocabulary,
)
from store.descriptions import Descriptions
from store.writer import describe_fingerprints

if TYPE_CHECKING:
    from generator.pipeline import Generator
    from models.builtin.backbone import Backbone
    from models.builtin.caption_trust import TrustedCaptioner
    from models.builtin.captioner import Captioner
    from models.builtin.claim_reader import ClaimReader
    from models.builtin.describer import BuiltinDescriber
    from models.builtin.encoder import BuiltinEncoder
    from models.builtin.heads import Heads
    from models.builtin.minilm import MiniLM
    from models.builtin.pair_reader import PairReader
    from models.builtin.text_reader import TextReader
    from models.builtin.vocabulary import BuiltinVocabulary


class Builtin:
    """The built-in models, each loaded when it is first needed. `cache` keeps what is derived from their packages."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache

    @cached_property
    def backbone(self) -> Backbone:
        from models.builtin.backbone import Backbone

        return Backbone.load()

    @cached_property
    def minilm(self) -> MiniLM:
        from models.builtin.minilm import MiniLM

        return MiniLM.load(self._cache)

    @cached_property
    def heads(self) -> Heads:
        from models.builtin.heads import Heads

        return Heads.load()

    @cached_property
    def encoder(self) -> BuiltinEncoder:
        from models.builtin.encoder import BuiltinEncoder

        return BuiltinEncoder(self.backbone, self.minilm, self.heads)

    @cached_property
    def vocabulary(self) -> BuiltinVocabulary:
        """The names that the describers give to things."""
        from models.builtin.vocabulary import BuiltinVocabulary

        return BuiltinVocabulary(self.minilm, self.heads)

    @cached_property
    def quick_describer(self) -> BuiltinDescriber:
        """The one for the first pass of an index: it writes no captions and reads no text."""
        from models.builtin.describer import BuiltinDescriber

        return BuiltinDescriber(self.backbone)

    @cached_property
    def describer(self) -> BuiltinDescriber:
        """The one that writes captions, and reads no text."""
        from models.builtin.describer import BuiltinDescriber

        return BuiltinDescriber(self.backbone, self.trusted_captioner)

    @cached_property
    def reading_describer(self) -> BuiltinDescriber:
        """The one that also reads the text in pictures, which takes about a second for each that holds some."""
        from models.builtin.describer import BuiltinDescriber

        return BuiltinDescriber(self.backbone, self.trusted_captioner, self.reader)

    @cached_property
    def trusted_captioner(self) -> TrustedCaptioner:
        from models.builtin.caption_trust import TrustedCaptioner

        return TrustedCaptioner(self.captioner, self.encoder, self.minilm)

    @cached_property
    def captioner(self) -> Captioner:
        from models.builtin.captioner import Captioner

        return Captioner.load()

    @cached_property
    def claim_reader(self) -> ClaimReader:
        from models.builtin.claim_reader import ClaimReader

        return ClaimReader.load()

    @cached_property
    def pair_reader(self) -> PairReader:
        from models.builtin.pair_reader import PairReader

        return PairReader.load()

    @cached_property
    def reader(self) -> TextReader:
        from models.builtin.text_reader import TextReader

        return TextReader()

    @cached_property
    def page_reader(self) -> TextReader:
        """The one for scanned pages, whose letters are smaller than those in photos."""
        from models.builtin.text_reader import PAGE_SECONDS, PAGES, TextReader

        return TextReader(seconds=PAGE_SECONDS, sort=PAGES)

    def answer_model(self, embedder: TextEmbedder) -> AnswerModel:
        """The one that quotes its evidence, which it chooses by the vectors of `embedder`."""
        from generator.extractive import ExtractiveAnswerModel

        return ExtractiveAnswerModel(embedder, self.pair_reader)

    def close(self) -> None:
        """Stop the processes that read text, if any were started."""
        for name in ("reader", "page_reader"):
            if name in self.__dict__:
                self.__dict__[name].close()


class Models:
    """The models of one profile. They share what they can with the built-in ones."""

    def __init__(
        self,
        name: str,
        profile: Profile,
        builtin: Builtin,
        descriptions: Descriptions,
        limits: AnswerLimits,
        show: ShowPicture,
    ) -> None:
        self.name = name
        self._profile = profile
        self._limits = limits
        self._show = show
        self._builtin = builtin
        self._descriptions = descriptions

    @cached_property
    def encoder(self) -> ImageTextEncoder:
        """Pictures and texts into one space. Raises `ModelUnavailable` if its weights are not here."""
        choice = self._profile.encoder
        if choice.library == "builtin":
            return self._builtin.encoder
        from models.open_clip import OpenClipEncoder

        return OpenClipEncoder.load(choice.model, choice.weights)

    @cached_property
    def embedder(self) -> TextEmbedder:
        """Texts into a space of meaning. Raises `ModelUnavailable` if its weights are not here."""
        choice = self._profile.embedder
        if choice.library == "builtin":
            return self._builtin.minilm
        from models.sentence_transformers import PACKAGED, SentenceTransformerEmbedder

        return SentenceTransformerEmbedder.load(choice.model or PACKAGED)

    @cached_property
    def reranker(self) -> Reranker | None:
        """Reads the best hits of a search once more, if one was chosen. Raises `ModelUnavailable` as the others do."""
        choice = self._profile.reranker
        if choice.library == "none":
            return None
        from models.cross_encoder import CrossEncoderReranker

        return CrossEncoderReranker.load(choice.model)

    @property
    def quick_describer(self) -> Describer:
        """The one for the first pass of an index."""
        return self._builtin.quick_describer

    @property
    def describer(self) -> Describer:
        """The one that says all but the text in pictures."""
        return self._builtin.describer

    @property
    def reading_describer(self) -> Describer:
        """The one that also reads the text in pictures."""
        return self._builtin.reading_describer

    @property
    def vocabulary(self) -> Vocabulary | None:
        """The names that the describer gives to things, to doubt what it leaves unnamed; None beside an encoder that
        sees more than the describer does."""
        return self._builtin.vocabulary if self._profile.encoder.library == "builtin" else None

    @property
    def page_reader(self) -> PageReader:
        """The one that reads scanned pages."""
        return self._builtin.page_reader

    @cached_property
    def indexing(self) -> IndexModels:
        """What the first pass of an index uses."""
        return IndexModels(self.encoder, self.embedder, self.quick_describer, self._descriptions)

    @cached_property
    def generator(self) -> Generator:
        """The answer model of the profile with its checks."""
        from generator.judges import Judges
        from generator.pipeline import Generator
        from generator.sight import Sight

        # The built-in answers quote: read as claims, one right cell of a table in twenty would be refused.
        reader = None if self._profile.answerer.library == "builtin" else self._builtin.claim_reader
        judges = Judges(reader, Sight(self.encoder), self._entailment())
        return Generator(self.answer_model, self.embedder, judges, self._limits)

    @cached_property
    def answer_model(self) -> AnswerModel:
        """What writes answers. Raises `ModelUnavailable` if it is not here."""
        if self._profile.answerer.library == "builtin":
            return self._builtin.answer_model(self.embedder)
        from generator.chat_answers import ChatAnswerModel

        return ChatAnswerModel(open_chat(self._profile.answerer), self._show)

    def _entailment(self) -> EntailmentModel | None:
        """The model for inference, where the profile has one. Raises `ModelUnavailable` if it is not here."""
        if not self._profile.entailment:
            return None
        from models.cross_encoder import CrossEncoderEntailment

        return CrossEncoderEntailment.load(self._profile.entailment)

    def index_fingerprints(self) -> Mapping[str, Mapping[str, Any]]:
        """What an index version is stamped with."""
        return describe_fingerprints({"encoder": self.encoder, "embedder": self.embedder, "describer": self.describer})

    def search_fingerprints(self) -> Mapping[str, Mapping[str, Any]]:
        """What must agree with the stamp of a version that is to be searched."""
        return describe_fingerprints({"encoder": self.encoder, "embedder": self.embedder})


def open_chat(choice: AnswererChoice) -> ChatModel:
    """The language model that was chosen. Raises `ModelUnavailable` if it, or the library for it, is not here."""
    try:
        from models.chat import RemoteChat
        from models.gguf import GGUFChat
    except ImportError as error:
        raise ModelUnavailable("Language models need pydantic-ai. Get it: pip install 'viscite[chat]'") from error
    if choice.library == "gguf":
        return GGUFChat.load(Path(choice.model).expanduser(), projector=choice.projector)
    if choice.library == "service":
        return RemoteChat.named(choice.model, sees=choice.sees, takes_schema=choice.takes_schema)
    if not choice.address or not choice.model:
        raise ModelUnavailable("An answerer of library 'server' needs its 'address' and 'model' in viscite.toml.")
    return RemoteChat.at(
        choice.address,
        choice.model,
        choice.key.get_secret_value(),
        sees=bool(choice.sees),
        takes_schema=choice.takes_schema is not False,
    )
