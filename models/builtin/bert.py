"""The transformer of all-MiniLM-L6-v2 in plain torch, used only to export it.

Written out because `transformers` imports torchvision, which a mixed installation of torch breaks, and takes
seconds to import.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch.nn.functional import embedding, gelu, layer_norm, linear, normalize

LAYERS = 6
HEADS = 12
WIDTH = 384
EPSILON = 1e-12


class MiniLMNetwork(torch.nn.Module):
    """Token ids int64[n, t] and their mask int64[n, t] in, unit vectors float32[n, 384] out.

    BERT (Devlin et al. 2019), mean over the tokens under the mask, unit length, as sentence-transformers does it.
    """

    def __init__(self, weights: Path) -> None:
        super().__init__()
        from safetensors.torch import load_file

        self.weights = load_file(str(weights))

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        weight = self.weights
        places = torch.arange(ids.shape[1])
        tokens = (
            embedding(ids, weight["embeddings.word_embeddings.weight"])
            + embedding(places, weight["embeddings.position_embeddings.weight"])
            + weight["embeddings.token_type_embeddings.weight"][0]
        )
        tokens = self._norm("embeddings.LayerNorm", tokens)
        keep = mask.to(tokens.dtype)
        bias = (1 - keep)[:, None, None, :] * torch.finfo(tokens.dtype).min
        for number in range(LAYERS):
            tokens = self._layer(f"encoder.layer.{number}", tokens, bias)
        pooled = (tokens * keep[..., None]).sum(1) / keep.sum(1, keepdim=True)
        return normalize(pooled, dim=1)

    def _layer(self, name: str, tokens: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        query, key, value = (
            self._linear(f"{name}.attention.self.{part}", tokens).unflatten(-1, (HEADS, -1)).transpose(1, 2)
            for part in ("query", "key", "value")
        )
        attention = (query @ key.transpose(-1, -2) / (WIDTH // HEADS) ** 0.5 + bias).softmax(-1)
        mixed = (attention @ value).transpose(1, 2).flatten(2)
        tokens = self._norm(
            f"{name}.attention.output.LayerNorm", tokens + self._linear(f"{name}.attention.output.dense", mixed)
        )
        inner = gelu(self._linear(f"{name}.intermediate.dense", tokens))
        return self._norm(f"{name}.output.LayerNorm", tokens + self._linear(f"{name}.output.dense", inner))

    def _linear(self, name: str, tokens: torch.Tensor) -> torch.Tensor:
        return linear(tokens, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])

    def _norm(self, name: str, tokens: torch.Tensor) -> torch.Tensor:
        return layer_norm(tokens, (WIDTH,), self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], EPSILON)
