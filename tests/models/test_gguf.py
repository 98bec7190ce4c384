"""A GGUF file on llama.cpp: a tiny model with random weights that the test writes itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.errors import ModelUnavailable
from models.gguf import GGUFChat
from models.protocols import ChatModel, Pieces

pytest.importorskip("xllamacpp", reason="the extra 'gguf' is not installed")
gguf = pytest.importorskip("gguf", reason="the extra 'gguf' is not installed")

WIDTH, HIDDEN, HEADS = 32, 64, 2


def write_tiny_model(path: Path) -> Path:
    """A Llama of one layer over bytes; what it says is noise."""
    random = np.random.default_rng(0)
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), "\u2581", "a"]
    kinds = [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL]
    kinds += [gguf.TokenType.BYTE] * 256 + [gguf.TokenType.NORMAL] * 2
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_context_length(4096)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_token_types([int(kind) for kind in kinds])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template("{% for message in messages %}{{ message['content'] }}{% endfor %}")
    shapes = {
        "token_embd.weight": (len(tokens), WIDTH),
        "output.weight": (len(tokens), WIDTH),
        **{f"blk.0.attn_{part}.weight": (WIDTH, WIDTH) for part in ("q", "k", "v", "output")},
        "blk.0.ffn_gate.weight": (HIDDEN, WIDTH),
        "blk.0.ffn_up.weight": (HIDDEN, WIDTH),
        "blk.0.ffn_down.weight": (WIDTH, HIDDEN),
    }
    for name, shape in shapes.items():
        writer.add_tensor(name, random.normal(0, 0.1, shape).astype(np.float32))
    for name in ("output_norm.weight", "blk.0.attn_norm.weight", "blk.0.ffn_norm.weight"):
        writer.add_tensor(name, np.ones(WIDTH, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> GGUFChat:
    return GGUFChat.load(write_tiny_model(tmp_path_factory.mktemp("gguf") / "tiny.gguf"), threads=1)


def test_it_is_a_chat_model(chat: GGUFChat) -> None:
    assert isinstance(chat, ChatModel)
    assert (chat.fingerprint.name, len(chat.fingerprint.weights)) == ("tiny.gguf", 16)
    assert not chat.sees


def test_it_speaks_and_is_interrupted(chat: GGUFChat) -> None:
    pieces = chat.stream("Speak.", ["a"])
    assert isinstance(pieces, Pieces)
    assert next(pieces)
    pieces.interrupt()
    assert len(list(pieces)) < 1000


def test_it_keeps_to_a_schema(chat: GGUFChat) -> None:
    schema = {"type": "object", "properties": {"a": {"enum": ["b"]}}, "required": ["a"], "additionalProperties": False}
    assert "".join(chat.stream("Speak.", ["a"], schema)).replace(" ", "").replace("\n", "") == '{"a":"b"}'


def test_a_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="no GGUF file"):
        GGUFChat.load(tmp_path / "none.gguf")
    (tmp_path / "bad.gguf").write_bytes(b"GGUF" + b"\x00" * 100)
    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        GGUFChat.load(tmp_path / "bad.gguf")
