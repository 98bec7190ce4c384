"""The caption decoder in torch: trained by `train_captioner.py`, exported to ONNX for use."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

from models.builtin.backbone import POOLED
from models.builtin.captioner import MAX_TOKENS

PLACES, CHANNELS = 81, 1280
WIDTH, HEADS, LAYERS, INNER = 320, 8, 2, 1280

Cache = tuple[torch.Tensor, torch.Tensor]
"""Keys and values, each float32[layers, n, heads, t, width / heads]."""


class Attention(nn.Module):
    """Queries from the caption; keys and values are given, so that they can be kept."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.out = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.key, self.value = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)

    def keys_and_values(self, rows: torch.Tensor) -> Cache:
        """Two float32[n, heads, t, d] of float32[n, t, width]."""
        return _split(self.key(rows)), _split(self.value(rows))

    def forward(self, rows: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, causal: bool) -> torch.Tensor:
        """float32[n, t, width]. Where there are fewer keys than rows, several rows in turn share those of a picture."""
        queries, shared = _split(self.query(rows)), len(rows) // len(keys)
        if shared > 1:
            queries = queries.unflatten(0, (-1, shared)).transpose(1, 2).flatten(2, 3)
        mixed = scaled_dot_product_attention(queries, keys, values, is_causal=causal)
        if shared > 1:
            mixed = mixed.unflatten(2, (shared, -1)).transpose(1, 2).flatten(0, 1)
        found: torch.Tensor = self.out(mixed.transpose(1, 2).flatten(2))
        return found


class Layer(nn.Module):
    """Attention to the words so far, then to the picture, then a hidden layer; each normalised first."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(3))
        self.words, self.picture = Attention(), Attention()
        self.inner = nn.Sequential(nn.Linear(WIDTH, INNER), nn.GELU(), nn.Linear(INNER, WIDTH))
        self.dropout = nn.Dropout(dropout)

    def look(self, rows: torch.Tensor) -> Cache:
        """What this layer attends to in a picture."""
        return self.picture.keys_and_values(rows)

    def forward(
        self, rows: torch.Tensor, past: Cache | None, picture: Cache, causal: bool
    ) -> tuple[torch.Tensor, Cache]:
        normed = self.norms[0](rows)
        keys, values = self.words.keys_and_values(normed)
        if past is not None:
            keys, values = torch.cat([past[0], keys], 2), torch.cat([past[1], values], 2)
        rows = rows + self.dropout(self.words(normed, keys, values, causal))
        rows = rows + self.dropout(self.picture(self.norms[1](rows), *picture, causal=False))
        return rows + self.dropout(self.inner(self.norms[2](rows))), (keys, values)


class CaptionNetwork(nn.Module):
    """A transformer decoder (Vaswani et al. 2017) over the places of the backbone's feature map.

    One more place holds the pooled features, in which earlier stages keep colours and textures.
    """

    def __init__(self, vocabulary: int, dropout: float) -> None:
        super().__init__()
        self.from_map = nn.Linear(CHANNELS, WIDTH)
        self.from_pooled = nn.Linear(POOLED, WIDTH)
        self.places = nn.Parameter(torch.randn(PLACES + 1, WIDTH) * 0.02)
        self.seen = nn.LayerNorm(WIDTH)
        self.tokens = nn.Embedding(vocabulary, WIDTH)
        nn.init.normal_(self.tokens.weight, std=WIDTH**-0.5)
        self.positions = nn.Parameter(torch.randn(MAX_TOKENS, WIDTH) * 0.02)
        self.layers: Sequence[Layer] = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))  # type: ignore[assignment]
        self.norm = nn.LayerNorm(WIDTH)
        self.dropout = nn.Dropout(dropout)

    def look(self, maps: torch.Tensor, pooled: torch.Tensor) -> Cache:
        """What the layers attend to in pictures: float32[n, 81, 1280] and float32[n, 2048] in, a `Cache` out."""
        rows = self.dropout(self.rows(maps, pooled))
        pairs = [layer.look(rows) for layer in self.layers]
        return torch.stack([keys for keys, _ in pairs]), torch.stack([values for _, values in pairs])

    def rows(self, maps: torch.Tensor, pooled: torch.Tensor) -> torch.Tensor:
        """float32[n, 82, width]: the places of pictures, before the layers make keys and values of them."""
        rooted = pooled.sign() * pooled.abs().sqrt()
        rows = torch.cat([self.from_map(maps), self.from_pooled(rooted)[:, None]], 1)
        seen: torch.Tensor = self.seen(rows + self.places)
        return seen

    def forward(self, tokens: torch.Tensor, pictures: Cache) -> torch.Tensor:
        """float32[n, t, vocabulary]: logits of the token after each of int64[n, t]."""
        rows = self.dropout(self.tokens(tokens) * WIDTH**0.5 + self.positions[: tokens.shape[1]])
        for number, layer in enumerate(self.layers):
            rows, _ = layer(rows, None, (pictures[0][number], pictures[1][number]), causal=True)
        return self._logits(rows)

    def step(
        self, tokens: torch.Tensor, position: torch.Tensor, past: Cache, pictures: Cache
    ) -> tuple[torch.Tensor, Cache]:
        """float32[n, vocabulary] logits after one more token int64[n] at int64[] `position`, and the cache with it."""
        rows = (self.tokens(tokens) * WIDTH**0.5 + self.positions[position])[:, None]
        pairs = []
        for number, layer in enumerate(self.layers):
            rows, pair = layer(
                rows, (past[0][number], past[1][number]), (pictures[0][number], pictures[1][number]), causal=False
            )
            pairs.append(pair)
        cache = torch.stack([keys for keys, _ in pairs]), torch.stack([values for _, values in pairs])
        return self._logits(rows)[:, 0], cache

    def _logits(self, rows: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.norm(rows) @ self.tokens.weight.T
        return logits


def _split(rows: torch.Tensor) -> torch.Tensor:
    split: torch.Tensor = rows.unflatten(-1, (HEADS, -1)).transpose(1, 2)
    return split
