"""Every setting and every limit, in one place. The environment is read here alone.

Values come from `VISCITE_...` in the environment, then from `viscite.toml` in the home folder, then from below.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Literal, Self

from platformdirs import user_data_path
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from generator.limits import AnswerLimits
from indexer.limits import FileLimits
from store.errors import InvalidInput
from store.vector_views import ViewName

MIB = 1024 * 1024


class EncoderChoice(BaseModel):
    """An image-text encoder: the built-in one, or an open_clip architecture with its weights (tag, file, folder)."""

    model_config = ConfigDict(extra="forbid")
    library: Literal["builtin", "open_clip"] = "builtin"
    model: str = ""
    weights: str = ""


class EmbedderChoice(BaseModel):
    """A text embedder: the built-in one, or a sentence-transformers model by folder or hub name."""

    model_config = ConfigDict(extra="forbid")
    library: Literal["builtin", "sentence_transformers"] = "builtin"
    model: str = ""


class RerankerChoice(BaseModel):
    """What reads the best hits of a search once more: nothing, or a cross-encoder of sentence-transformers."""

    model_config = ConfigDict(extra="forbid")
    library: Literal["none", "sentence_transformers"] = "none"
    model: str = ""

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if (self.library == "none") != (not self.model):
            raise ValueError(
                'a reranker needs both: library = "sentence_transformers", and as model a folder or a hub name, '
                "such as cross-encoder/ms-marco-MiniLM-L6-v2"
            )
        return self


class AnswererChoice(BaseModel):
    """What writes answers: the built-in model, which quotes, or a language model.

    `gguf`: `model` is a file, `projector` its eyes (mmproj), if it has any. `server`: one that speaks OpenAI's protocol
    at `address` (which ends in `/v1`). `service`: a name of pydantic-ai, as in `anthropic:claude-sonnet-4-5`, with the
    key in the environment. `sees` and `takes_schema` say what the model can do, where that is not known.
    """

    model_config = ConfigDict(extra="forbid")
    library: Literal["builtin", "gguf", "server", "service"] = "builtin"
    model: str = ""
    projector: Path | None = None
    address: str = ""
    key: SecretStr = SecretStr("")
    sees: bool | None = None
    takes_schema: bool | None = None


class Profile(BaseModel):
    """One choice for each model."""

    model_config = ConfigDict(extra="forbid")
    encoder: EncoderChoice = EncoderChoice()
    embedder: EmbedderChoice = EmbedderChoice()
    reranker: RerankerChoice = RerankerChoice()
    answerer: AnswererChoice = AnswererChoice()
    entailment: str = ""
    """A cross-encoder for inference, by folder or hub name, that is heard on every claim; none by default."""


PROFILES = {
    "builtin": Profile(),
    "clip": Profile(
        encoder=EncoderChoice(library="open_clip", model="ViT-B-32", weights="laion2b_s34b_b79k"),
        embedder=EmbedderChoice(library="sentence_transformers"),
    ),
}
"""The profiles that need no `viscite.toml`."""


class Settings(BaseSettings):
    """The settings of one process. Sizes are bytes, times seconds."""

    model_config = SettingsConfigDict(env_prefix="VISCITE_", env_nested_delimiter="__", extra="forbid")

    home: Path = user_data_path("viscite")
    profile: str = "builtin"
    profiles: dict[str, Profile] = {}
    vector_view: ViewName = ViewName.FAISS_HNSW
    read_text: bool = True

    host: str = "127.0.0.1"
    port: int = 8750

    max_file_bytes: int = 512 * MIB
    max_pixels: int = 150_000_000
    max_frames: int = 1000
    max_pdf_pages: int = 5000
    max_page_characters: int = 200_000
    max_text_bytes: int = 32 * MIB
    max_archive_members: int = 20_000
    max_unpacked_bytes: int = 1024 * MIB
    pdf_passwords: tuple[SecretStr, ...] = ()
    worker_bytes: int = 4096 * MIB
    file_seconds: float = 60.0

    max_query_characters: int = 2000
    max_query_images: int = 8
    max_query_texts: int = 16
    max_weight: float = 100.0
    max_filter_values: int = 64
    max_results: int = 1000
    max_labels: int = 1000
    max_label_characters: int = 200
    max_pictures: int = 64
    max_body_bytes: int = 64 * MIB
    max_messages: int = 400
    max_boxes: int = 64
    max_answer_characters: int = 20_000
    answer_seconds: float = 300.0
    answer_silent_seconds: float = 60.0

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over `viscite.toml`."""
        home = Path(os.environ.get("VISCITE_HOME") or user_data_path("viscite"))
        toml = TomlConfigSettingsSource(settings_cls, toml_file=home / "viscite.toml")
        return init_settings, env_settings, toml

    @classmethod
    def load(cls) -> Settings:
        """The settings of this process. Raises `InvalidInput` that names each setting that is wrong."""
        try:
            return cls()
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
            raise InvalidInput(f"Settings are wrong (VISCITE_... or viscite.toml): {wrong}") from error
        except (SettingsError, tomllib.TOMLDecodeError) as error:
            raise InvalidInput(
                f"Settings are wrong (VISCITE_... or viscite.toml): {error}. Lists are written as in "
                """VISCITE_PDF_PASSWORDS='["first", "second"]'."""
            ) from error

    def profile_named(self, name: str) -> Profile:
        """The profile of that name. Raises `InvalidInput` for an unknown one."""
        known = PROFILES | self.profiles
        if name not in known:
            raise InvalidInput(f"There is no profile '{name}'. Known: {', '.join(sorted(known))}. See: viscite models")
        return known[name]

    @property
    def model_cache(self) -> Path:
        """Where what is derived from the built-in models' packages is kept."""
        return self.home / "cache" / "models"

    def answer_limits(self) -> AnswerLimits:
        """The bounds within which an answer model must stay."""
        return AnswerLimits(self.max_answer_characters, self.answer_seconds, self.answer_silent_seconds)

    def file_limits(self) -> FileLimits:
        """The bounds under which files are read."""
        return FileLimits(
            file_bytes=self.max_file_bytes,
            pixels=self.max_pixels,
            frames=self.max_frames,
            pdf_pages=self.max_pdf_pages,
            page_characters=self.max_page_characters,
            text_bytes=self.max_text_bytes,
            archive_members=self.max_archive_members,
            unpacked_bytes=self.max_unpacked_bytes,
            worker_bytes=self.worker_bytes,
            seconds=self.file_seconds,
            passwords=tuple(password.get_secret_value() for password in self.pdf_passwords),
        )
