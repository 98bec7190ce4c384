"""Captions as the decoder learns them: lower case, without punctuation, in word pieces."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

SPECIAL = ("[PAD]", "[START]", "[END]", "[UNK]")
VOCABULARY = 3000


def words_of(caption: str) -> list[str]:
    """The words in lower case; hyphens and apostrophes inside them stay."""
    return re.findall(r"[a-z0-9]+(?:['-][a-z0-9]+)*", caption.lower())


def train_tokenizer(captions: Sequence[str]) -> Tokenizer:
    """Word pieces (Wu et al. 2016) of the captions; the special tokens come first."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=VOCABULARY, special_tokens=list(SPECIAL), min_frequency=2)
    tokenizer.train_from_iterator([" ".join(words_of(caption)) for caption in captions], trainer)
    return tokenizer
