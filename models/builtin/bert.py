"""The transformer of all-MiniLM-L6-v2 in plain torch, used only to export it and to train the pair reader.

Written out because `transformers` imports torchvision, which a mixed installation of torch breaks, and takes
seconds to import.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import gelu, normalize

LAYERS = 6
HEADS = 12
WIDTH = 384
INNER = 4 * WIDTH
PLACES = 512
WORDS = 30_522
EPSILON = 1e-12
DROPPED = 0.1
"""Of what comes out of each part of a layer, in training."""

NAMES = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "mix": "attention.output.dense",
    "mixed": "attention.output.LayerNorm",
    "inner": "intermediate.dense",
    "outer": "output.dense",
    "done": "output.LayerNorm",
}
"""The parts of a layer, and what the file of weights calls them."""


class Layer(nn.Module):
    """One layer of BERT (Devlin et al. 2019): attention among the tokens, then two linear maps for each."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value, self.mix = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.inner, self.outer = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.mixed, self.done = (nn.LayerNorm(WIDTH, EPSILON) for _ in range(2))
        self.drop = nn.Dropout(DROPPED)

    def forward(self, tokens: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        """float[n, t, 384] from the same; `bias` float[n, 1, 1, t] is added to the attention that tokens are given."""
        query, key, value = (
            part(tokens).unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in (self.query, self.key, self.value)
        )
        attention = (query @ key.transpose(-1, -2) / (WIDTH // HEADS) ** 0.5 + bias).softmax(-1)
        tokens = self.mixed(tokens + self.drop(self.mix((attention @ value).transpose(1, 2).flatten(2))))
        done: torch.Tensor = self.done(tokens + self.drop(self.outer(gelu(self.inner(tokens)))))
        return done


class Bert(nn.Module):
    """Tokens in, vectors of tokens out. `load` fills it with the weights of all-MiniLM-L6-v2."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.places, self.types = (nn.Embedding(count, WIDTH) for count in (WORDS, PLACES, 2))
        self.begun = nn.LayerNorm(WIDTH, EPSILON)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))

    def load(self, weights: Path) -> None:
        """Takes the weights of a safetensors file with the names that `transformers` gives them."""
        from safetensors.torch import load_file

        tensors = load_file(str(weights))
        for part, name in (
            (self.words, "word_embeddings"),
            (self.places, "position_embeddings"),
            (self.types, "token_type_embeddings"),
            (self.begun, "LayerNorm"),
        ):
            part.load_state_dict(_of(tensors, f"embeddings.{name}"))
        for number, layer in enumerate(self.layers):
            for own, name in NAMES.items():
                layer.get_submodule(own).load_state_dict(_of(tensors, f"encoder.layer.{number}.{name}"))

    def forward(self, words: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        """float[n, t, 384] from the vectors of the words, float[n, t, 384], and int64[n, t] of each other."""
        tokens: torch.Tensor = self.begun(words + self.places(torch.arange(words.shape[1])) + self.types(types))
        bias = (1 - mask.to(tokens.dtype))[:, None, None, :] * torch.finfo(tokens.dtype).min
        for layer in self.layers:
            tokens = layer(tokens, bias)
        return tokens


class MiniLMNetwork(nn.Module):
    """Token ids int64[n, t] and their mask int64[n, t] in, unit vectors float32[n, 384] out.

    Mean over the tokens under the mask, unit length, as sentence-transformers does it.
    """

    def __init__(self, weights: Path) -> None:
        super().__init__()
        self.bert = Bert()
        self.bert.load(weights)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        tokens = self.bert(self.bert.words(ids), mask, torch.zeros_like(ids))
        keep = mask.to(tokens.dtype)
        pooled = (tokens * keep[..., None]).sum(1) / keep.sum(1, keepdim=True)
        return normalize(pooled, dim=1)


class PairNetwork(nn.Module):
    """Two texts read together: vectors of words float[n, t, 384], mask and types int64[n, t] in.

    Out come logits: float[n, 3] that the first text entails, leaves open and contradicts the second, and float[n] that
    it answers it. Types are 1 in the second text.
    """

    def __init__(self) -> None:
        super().__init__()
        self.bert = Bert()
        self.drop = nn.Dropout(DROPPED)
        self.verdict, self.answer = nn.Linear(2 * WIDTH, 3), nn.Linear(2 * WIDTH, 1)

    @classmethod
    def fresh(cls, weights: Path) -> PairNetwork:
        """With the layers of all-MiniLM-L6-v2, before any training."""
        network = cls()
        network.bert.load(weights)
        return network

    def thaw(self, frozen: int) -> list[nn.Parameter]:
        """What is trained: all but the vectors that tokens begin with and the lowest layers."""
        for part in (self.bert.words, self.bert.places, self.bert.types, self.bert.begun, *self.bert.layers[:frozen]):
            part.requires_grad_(False)
        return [parameter for parameter in self.parameters() if parameter.requires_grad]

    def forward(
        self, words: torch.Tensor, mask: torch.Tensor, types: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        tokens = self.bert(words, mask, types)
        second = (mask * types).to(tokens.dtype)[..., None]
        pooled = (tokens * second).sum(1) / second.sum(1).clamp(min=1)
        read = self.drop(torch.cat([tokens[:, 0], pooled], 1))
        return self.verdict(read), self.answer(read)[:, 0]


def _of(tensors: Mapping[str, torch.Tensor], name: str) -> dict[str, torch.Tensor]:
    """The weight, and the bias where there is one, of a part."""
    return {end: tensors[f"{name}.{end}"] for end in ("weight", "bias") if f"{name}.{end}" in tensors}
