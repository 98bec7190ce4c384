"""A language model in a GGUF file, run on this machine by llama.cpp through `xllamacpp` (`pip install viscite[gguf]`).

The library serves the file on a port of loopback behind a key that nobody else knows, and is asked like any server.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from models.chat import RemoteChat, RemotePieces
from models.errors import ModelUnavailable
from models.protocols import Fingerprint

CONTEXT = 16_384
"""Tokens of prompt and reply together; a model that was trained on fewer is given as many as it knows."""
HASHED = 1024 * 1024
"""Bytes at each end of the file that its fingerprint is made of, beside its size: hashing all takes minutes."""


class GGUFChat:
    """A `ChatModel` that holds its weights in this process."""

    def __init__(self, chat: RemoteChat, server: object, fingerprint: Fingerprint) -> None:
        self.fingerprint = fingerprint
        self._chat = chat
        # The server stops when the last reference to it goes.
        self._server = server

    @property
    def sees(self) -> bool:
        return self._chat.sees

    @property
    def takes_schema(self) -> bool:
        return self._chat.takes_schema

    def stream(
        self, instructions: str, parts: Sequence[str | bytes], schema: Mapping[str, Any] | None = None
    ) -> RemotePieces:
        """The reply as it comes. The pieces raise `ModelFailed`."""
        return self._chat.stream(instructions, parts, schema)

    @classmethod
    def load(cls, path: Path, threads: int | None = None, projector: Path | None = None) -> GGUFChat:
        """A model from a file, and with `projector` (mmproj) one that sees. Raises `ModelUnavailable`."""
        try:
            import xllamacpp
        except ImportError as error:
            raise ModelUnavailable("GGUF models need xllamacpp. Get it: pip install 'viscite[gguf]'") from error
        for needed in filter(None, (path, projector)):
            if not needed.is_file():
                raise ModelUnavailable(f"There is no GGUF file {needed}. Name one in viscite.toml.")
        key = secrets.token_hex(16)
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(path)
        if projector is not None:
            parameters.mmproj.path = str(projector)
        parameters.hostnames = ["127.0.0.1"]
        parameters.port = 0
        parameters.api_keys = [key]
        parameters.n_ctx = CONTEXT
        parameters.n_parallel = 1
        parameters.ui = False
        parameters.verbosity = 0
        parameters.cpuparams.n_threads = threads or os.cpu_count() or 1
        try:
            server = xllamacpp.Server(parameters)
        except (RuntimeError, ValueError) as error:
            raise ModelUnavailable(f"{path} cannot be loaded as a GGUF model: {error}") from error
        chat = RemoteChat.at(f"{server.listening_address}/v1", path.stem, key, sees=projector is not None)
        return cls(chat, server, Fingerprint(path.name, _weights(path), "llama.cpp chat template", 0))


def _weights(path: Path) -> str:
    digest = hashlib.sha256(str(path.stat().st_size).encode())
    with path.open("rb") as file:
        digest.update(file.read(HASHED))
        file.seek(max(0, path.stat().st_size - HASHED))
        digest.update(file.read())
    return digest.hexdigest()[:16]
