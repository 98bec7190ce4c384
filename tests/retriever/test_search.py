"""Queries of several parts, near copies folded, hits grouped by file, and pages of results, over toy models."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance
from sklearn.datasets import load_sample_images

from api.search_request import SearchRequest
from api.service import Viscite
from retriever.channels import semantic_vector, visual_vector
from retriever.folding import MOST_BITS, distances
from retriever.search import DEPTH, Found
from store.errors import InvalidInput
from store.records import Kind, Orientation, Query, Range, Weighted

Make = Callable[..., Path]


def search(viscite: Viscite, text: str = "", **request: object) -> Found:
    return viscite.search(SearchRequest(text=text, **request), "default")  # type: ignore[arg-type]


def names(found: Found) -> list[str]:
    return [Path(hit.path).name for hit in found.hits]


def striped(path: Path, *colors: str) -> Path:
    """A picture of vertical stripes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new("RGB", (60, 40))
    for place, color in enumerate(colors):
        image.paste(color, (place * 60 // len(colors), 0, 60, 40))
    image.save(path)
    return path


@pytest.fixture
def flags(viscite: Viscite, tmp_path: Path) -> Path:
    """Pictures of one and of two colours."""
    folder = tmp_path / "flags"
    for colors in (["red"], ["blue"], ["green"], ["red", "blue"], ["red", "green"], ["blue", "green"]):
        striped(folder / f"{'-'.join(colors)}.png", *colors)
    viscite.index([folder], "default")
    return folder


def test_texts_are_added_subtracted_and_weighted(viscite: Viscite, flags: Path) -> None:
    assert names(search(viscite, "red", fold=False, parts=(Weighted("blue"),), limit=1)) == ["red-blue.png"]
    without = names(search(viscite, "red", fold=False, parts=(Weighted("blue", -1.0),)))
    assert without.index("red.png") < without.index("red-blue.png")
    assert without.index("red-green.png") < without.index("red-blue.png")
    heavy = names(search(viscite, "red", fold=False, parts=(Weighted("green", 20.0),)))
    assert heavy.index("green.png") < heavy.index("red.png")


def test_pictures_and_texts_make_one_query(viscite: Viscite, flags: Path) -> None:
    red, blue = ((flags / f"{color}.png").read_bytes() for color in ("red", "blue"))
    assert names(search(viscite, fold=False, images=(red, blue), limit=1)) == ["red-blue.png"]
    assert names(search(viscite, fold=False, images=(red,), parts=(Weighted("green"),), limit=1)) == ["red-green.png"]
    assert names(
        search(viscite, fold=False, parts=(Weighted((flags / "red-blue.png").read_bytes()), Weighted("red", -0.7)))
    )[0] in (
        "blue.png",
        "blue-green.png",
    )


def test_words_that_are_left_out_do_not_make_a_match(viscite: Viscite, flags: Path) -> None:
    def lexical(*parts: Weighted[str]) -> dict[str, float]:
        hits = search(viscite, "red picture", fold=False, parts=parts).hits
        scores = {
            Path(hit.path).stem: signal.score for hit in hits for signal in hit.signals if signal.channel == "lexical"
        }
        return scores

    plain, without, half = lexical(), lexical(Weighted("blue", -1.0)), lexical(Weighted("blue", -0.01))
    assert without["red"] == pytest.approx(plain["red"])
    assert without.get("red-blue", 0.0) < plain["red-blue"]
    assert "blue" in plain
    assert "blue" not in without
    assert without.get("red-blue", 0.0) < half["red-blue"] < plain["red-blue"]
    # a weight alone changes nothing: it only counts beside others
    assert lexical() == pytest.approx(
        {
            Path(hit.path).stem: signal.score
            for hit in search(viscite, fold=False, parts=(Weighted("red picture", 50.0),)).hits
            for signal in hit.signals
            if signal.channel == "lexical"
        }
    )


@pytest.mark.parametrize(
    ("text", "parts", "words"),
    [
        ("", (Weighted("red", -1.0),), "only left out"),
        ("red", (Weighted("red", -1.0),), "cancels"),
        ("red", (Weighted("red", 2.0), Weighted("red", -3.0)), "cancels"),
        ("red", (Weighted("blue", 0.0),), "weight of 0"),
        ("red", (Weighted("blue", float("nan")),), "weight of nan"),
        ("red", (Weighted("blue", 1e9),), "at most 100"),
        ("red", (Weighted("  ", -1.0),), "is empty"),
        ("red", (Weighted("blue"),) * 17, "More than 16 texts"),
        ("red", (Weighted(b"no picture", -1.0),), "not a picture"),
    ],
)
def test_bad_parts(viscite: Viscite, flags: Path, text: str, parts: tuple[Weighted[str], ...], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        search(viscite, text, parts=parts)


def test_a_query_without_an_added_text_has_no_meaning_to_compare(viscite: Viscite) -> None:
    models = viscite.models("builtin")
    picture = np.eye(16, dtype=np.float32)[0]
    query = Query(images=(Weighted(picture),), texts=(Weighted("blue", -0.5),))
    assert semantic_vector(query, models.embedder) is None
    vector = visual_vector(query, models.encoder)
    assert float(np.linalg.norm(vector)) == pytest.approx(1.0, abs=1e-6)
    assert float(vector[0]) > 0


def saved(image: Image.Image, path: Path, quality: int = 90) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, quality=quality)
    return path


@pytest.fixture
def copies(viscite: Viscite, tmp_path: Path) -> Path:
    """Two photos, three near copies of the first, and its mirror image."""
    folder = tmp_path / "copies"
    first, second = (Image.fromarray(pixels) for pixels in load_sample_images().images)
    saved(first, folder / "temple.png")
    saved(second, folder / "flower.jpg")
    saved(first, folder / "quality.jpg", quality=35)
    width, height = first.size
    cut = first.crop((width // 50, height // 50, width - width // 50, height - height // 50))
    saved(cut.resize((300, 200)), folder / "small.jpg")
    saved(ImageEnhance.Brightness(first).enhance(1.2), folder / "bright.jpg")
    saved(first.transpose(Image.Transpose.FLIP_LEFT_RIGHT), folder / "mirrored.jpg")
    viscite.index([folder], "default")
    return folder


def test_near_copies_are_folded_under_the_best(viscite: Viscite, copies: Path) -> None:
    picture = (copies / "temple.png").read_bytes()
    found = search(viscite, images=(picture,))
    assert sorted(names(found)) == ["flower.jpg", "mirrored.jpg", "temple.png"]
    best = found.hits[0]
    assert Path(best.path).name == "temple.png"
    assert sorted(Path(copy.path).name for copy in best.copies) == ["bright.jpg", "quality.jpg", "small.jpg"]
    assert all(copy.id != best.item.id for copy in best.copies)
    assert [hit.rank for hit in found.hits] == [1, 2, 3]
    every = search(viscite, images=(picture,), fold=False)
    assert len(every.hits) == 6
    assert not any(hit.copies for hit in every.hits)


def test_one_layout_in_other_colours_is_no_copy(viscite: Viscite, photo: Make, tmp_path: Path) -> None:
    photo("a.png", "red")
    photo("b.png", "green")  # as dark as red
    viscite.index([tmp_path / "photos"], "default")
    catalogue = viscite.retriever("default").reader.catalogue
    assert catalogue.is_hashed.all()
    assert distances(catalogue.hashes).max() <= MOST_BITS
    assert len(search(viscite, "red").hits) == 2


def test_a_hash_is_there_after_the_second_pass_too(viscite: Viscite, photo: Make) -> None:
    viscite.index([photo("a.png", "white")], "default")
    item = search(viscite, "white").hits[0].item
    assert item.picture_hash is not None
    assert len(item.picture_hash) == 32


def test_hits_of_one_file_are_grouped(viscite: Viscite, pdf: Make, tmp_path: Path) -> None:
    pdf("book.pdf", "The lighthouse keeper was Ann.", "The lighthouse burned.", "A harbour.")
    pdf("other.pdf", "A lighthouse far away.")
    viscite.index([tmp_path / "photos"], "default")
    flat = search(viscite, "lighthouse")
    assert len(flat.hits) == 4
    grouped = search(viscite, "lighthouse", group=True)
    assert sorted(names(grouped)) == ["book.pdf", "other.pdf"]
    book = next(hit for hit in grouped.hits if Path(hit.path).name == "book.pdf")
    assert len(book.others) == 2
    assert {book.item.page, *(other.item.page for other in book.others)} == {1, 2, 3}
    assert book.score >= max(other.score for other in book.others)
    first = search(viscite, "lighthouse", group=True, limit=1)
    assert (names(first), first.more) == (names(grouped)[:1], True)


def test_pages_of_results_are_one_order(viscite: Viscite, tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    count = DEPTH + 60
    for number in range(count):
        pixels = random.integers(0, 256, (6, 6, 3), dtype=np.uint8)
        image = Image.fromarray(pixels).resize((48, 48), Image.Resampling.NEAREST)
        saved(image, tmp_path / "many" / f"{number:03}.png")
    viscite.index([tmp_path / "many"], "default")
    whole = search(viscite, "red", fold=False, limit=count)
    assert (len(whole.hits), whole.more) == (count, False)
    gathered: list[str] = []
    while True:
        page = search(viscite, "red", fold=False, limit=70, offset=len(gathered))
        assert [hit.rank for hit in page.hits] == list(range(len(gathered) + 1, len(gathered) + len(page.hits) + 1))
        gathered += [hit.item.id for hit in page.hits]
        if not page.more:
            break
    assert gathered == [hit.item.id for hit in whole.hits]
    scores = [hit.score for hit in whole.hits]
    assert scores == sorted(scores, reverse=True)
    beyond = search(viscite, "red", fold=False, limit=10, offset=count)
    assert (beyond.hits, beyond.more) == ([], False)
    assert beyond.nothing_matches == whole.nothing_matches


def test_a_page_beyond_the_limit_is_refused(viscite: Viscite, flags: Path) -> None:
    with pytest.raises(InvalidInput, match="VISCITE_MAX_RESULTS"):
        search(viscite, "red", limit=10, offset=991)
    with pytest.raises(InvalidInput, match="offset is -1"):
        search(viscite, "red", offset=-1)


def test_subtraction_looks_at_all_that_matches_and_not_at_the_first_few(viscite: Viscite, tmp_path: Path) -> None:
    """More rows than are ranked hold the subtracted words; the one that does not comes first."""
    for number in range(30):
        striped(tmp_path / "f" / f"harbour_boat_{number:02}.png", "red")
        (tmp_path / "f" / f"harbour_boat_{number:02}.png").write_bytes(_distinct(number))
    (tmp_path / "f" / "harbour_quay_of_the_old_town_by_night.png").write_bytes(_distinct(99))
    viscite.index([tmp_path / "f"], "default")
    reader = viscite.retriever("default").reader
    found = reader.matching([Weighted("harbour"), Weighted("boat", -1.0)], 3, Query().filters)
    assert Path(reader.catalogue.path(found[0][0], ())).name.startswith("harbour_quay")


def _distinct(number: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (number, 30, 30)).save(file, "PNG")
    return file.getvalue()


def test_filters_reach_every_channel(viscite: Viscite, tmp_path: Path) -> None:
    striped(tmp_path / "f" / "wide.png", "red", "blue")
    Image.new("RGB", (40, 60), "red").save(tmp_path / "f" / "high.png")
    dated = Image.new("RGB", (50, 50), (219, 30, 30))
    exif = Image.Exif()
    exif[0x0132] = "2019:05:04 17:30:00"
    dated.save(tmp_path / "f" / "dated.jpg", exif=exif, quality=95)
    viscite.index([tmp_path / "f"], "default")

    def only(**request: object) -> list[str]:
        return sorted(names(search(viscite, "red", fold=False, **request)))

    assert only(orientations=(Orientation.PORTRAIT,)) == ["high.png"]
    assert only(orientations=(Orientation.SQUARE, Orientation.LANDSCAPE)) == ["dated.jpg", "wide.png"]
    assert only(taken=Range("2019-05", "2019-05-04")) == ["dated.jpg"]
    assert only(taken=Range("2020", None)) == []
    assert only(size=Range(50, None)) == ["dated.jpg"]
    assert only(tags=("blue",)) == ["wide.png"]
    assert only(tags=("red", "blue")) == ["wide.png"]
    with pytest.raises(InvalidInput, match=r"tag 'bleu'. Tags near it: blue"):
        only(tags=("bleu",))
    with pytest.raises(InvalidInput, match="contradict"):
        only(kinds=(Kind.IMAGE,), pages=Range(1, 2))
