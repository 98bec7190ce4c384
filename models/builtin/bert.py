"""The transformer of all-MiniLM-L6-v2 in plain torch, used only to export it and to train what reads two texts.

Written out because `transformers` imports torchvision, which a mixed installation of torch breaks, and takes
seconds to import.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import gelu, normalize

from models.builtin.claim_reader import OUTCOMES

LAYERS = 6
"""Of all-MiniLM-L6-v2."""
PAIR_LAYERS = 12
"""Of the cross-encoder that the pair reader begins with."""
HEADS = 12
WIDTH = 384
INNER = 4 * WIDTH
PLACES = 512
WORDS = 30_522
EPSILON = 1e-12
DROPPED = 0.1
"""The share of what comes out of each part of a layer that is left out, in training."""

UNSEEN = -10_000.0
"""What is added to the attention to a token that is not to be seen: nothing is left of it, in 16 bits as well."""

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


class TextDropout(nn.Module):
    """Drops the same parts of all tokens of a text (Gal & Ghahramani 2016): far quicker than to draw for each token."""

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        """The same shape: float[n, t, d] of tokens, or float[n, d] of texts."""
        if not self.training:
            return given
        shape = (given.shape[0], *[1] * (given.dim() - 2), given.shape[-1])
        return given * given.new_empty(shape).bernoulli_(1 - DROPPED).div_(1 - DROPPED)


class Layer(nn.Module):
    """One layer of BERT (Devlin et al. 2019): attention among the tokens, then two linear maps for each."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value, self.mix = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.inner, self.outer = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.mixed, self.done = (nn.LayerNorm(WIDTH, EPSILON) for _ in range(2))
        self.drop = TextDropout()

    def forward(self, tokens: torch.Tensor, bias: torch.Tensor, since: torch.Tensor | int = 0) -> torch.Tensor:
        """float[n, t - since, 384] from float[n, t, 384]: the tokens from one on.

        `bias`, float[n, 1, 1 or t - since, t], is added to the attention that tokens get.
        """
        query, key, value = (
            part(given).unflatten(-1, (HEADS, -1)).transpose(1, 2)
            for part, given in ((self.query, tokens[:, since:]), (self.key, tokens), (self.value, tokens))
        )
        attention = (query / (WIDTH // HEADS) ** 0.5 @ key.transpose(-1, -2) + bias).softmax(-1)
        tokens = tokens[:, since:]
        tokens = self.mixed(tokens + self.drop(self.mix((attention @ value).transpose(1, 2).flatten(2))))
        done: torch.Tensor = self.done(tokens + self.drop(self.outer(gelu(self.inner(tokens)))))
        return done


class Bert(nn.Module):
    """Tokens in, vectors of tokens out. `load` fills it with trained weights."""

    def __init__(self, layers: int = LAYERS) -> None:
        super().__init__()
        self.words, self.places, self.types = (nn.Embedding(count, WIDTH) for count in (WORDS, PLACES, 2))
        self.begun = nn.LayerNorm(WIDTH, EPSILON)
        self.layers = nn.ModuleList(Layer() for _ in range(layers))

    def load(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """Takes weights with the names that `transformers` gives them."""
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
        begun: torch.Tensor = self.begun(words + self.places(torch.arange(words.shape[1])) + self.types(types))
        return self.read(begun, (1 - mask.to(begun.dtype))[:, None, None, :] * torch.finfo(begun.dtype).min)

    def read(self, tokens: torch.Tensor, bias: torch.Tensor, since: torch.Tensor | int = 0) -> torch.Tensor:
        """Through all layers, the last of which gives the tokens from one on; `bias`, float[n, 1, 1 or t, t]."""
        for layer in self.layers[:-1]:
            tokens = layer(tokens, bias)
        last: torch.Tensor = self.layers[-1](tokens, bias[:, :, since:] if bias.shape[2] > 1 else bias, since)
        return last


class MiniLMNetwork(nn.Module):
    """Token ids int64[n, t] and their mask int64[n, t] in, unit vectors float32[n, 384] out.

    Mean over the tokens under the mask, unit length, as sentence-transformers does it.
    """

    def __init__(self, weights: Path) -> None:
        from safetensors.torch import load_file

        super().__init__()
        self.bert = Bert()
        self.bert.load(load_file(str(weights)))

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        tokens = self.bert(self.bert.words(ids), mask, torch.zeros_like(ids))
        keep = mask.to(tokens.dtype)
        pooled = (tokens * keep[..., None]).sum(1) / keep.sum(1, keepdim=True)
        return normalize(pooled, dim=1)


class PairNetwork(nn.Module):
    """A question and a text read together: vectors of words float[n, t, 384], mask and types int64[n, t] in.

    Out comes float[n], the logits that the text answers the question. Types are 1 in the text.
    """

    def __init__(self) -> None:
        super().__init__()
        self.bert = Bert(PAIR_LAYERS)
        self.drop = TextDropout()
        self.pool, self.answer = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, 1)

    def load(self, tensors: Mapping[str, torch.Tensor], words: torch.Tensor) -> None:
        """Takes the weights of a cross-encoder, and the vectors of words from elsewhere."""
        self.bert.load({**tensors, "embeddings.word_embeddings.weight": words})
        self.pool.load_state_dict(_of(tensors, "pooler.dense"))
        self.answer.load_state_dict(_of(tensors, "classifier"))

    def thaw(self, frozen: int) -> list[nn.Parameter]:
        """What is trained: all but the vectors that tokens begin with and the lowest layers."""
        for part in (self.bert.words, self.bert.places, self.bert.types, self.bert.begun, *self.bert.layers[:frozen]):
            part.requires_grad_(False)
        return [parameter for parameter in self.parameters() if parameter.requires_grad]

    def forward(self, words: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        first = self.bert(words, mask, types)[:, 0]
        answers: torch.Tensor = self.answer(self.drop(torch.tanh(self.pool(first))))[:, 0]
        return answers


class ClaimNetwork(nn.Module):
    """Texts, each read with several claims: what a text says of each claim, as float[n, k, 4] logits of the outcomes.

    In come the vectors of the words float[n, t, 384], of the text and then of its claims, their places int64[n, t],
    `text` float[n, t], 1 in the text, and `claims` float[n, k, t], 1 in the words of the k-th claim. The text sees
    itself alone, and so is read once for all of its claims; a claim sees the text and itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self.bert = Bert()
        self.drop = TextDropout()
        self.verdict = nn.Linear(2 * WIDTH, OUTCOMES)

    def forward(
        self, words: torch.Tensor, places: torch.Tensor, text: torch.Tensor, claims: torch.Tensor
    ) -> torch.Tensor:
        begun = self.bert.begun(words + self.bert.places(places) + self.bert.types(1 - text.to(places.dtype)))
        seen = text[:, None, :] + claims.transpose(1, 2) @ claims
        since = text.sum(1).min().to(places.dtype)
        claims = claims[:, :, since:]
        tokens = self.bert.read(begun, ((1 - seen) * UNSEEN)[:, None].to(begun.dtype), since)
        mean = claims.to(tokens.dtype) @ tokens / claims.sum(2).clamp(min=1)[..., None].to(tokens.dtype)
        first = claims.argmax(2)[..., None].expand(-1, -1, WIDTH)
        logits: torch.Tensor = self.verdict(self.drop(torch.cat([tokens.gather(1, first), mean], 2)))
        return logits


def _of(tensors: Mapping[str, torch.Tensor], name: str) -> dict[str, torch.Tensor]:
    """The weight, and the bias where there is one, of a part."""
    return {end: tensors[f"{name}.{end}"] for end in ("weight", "bias") if f"{name}.{end}" in tensors}
