"""Recognises documents by their bytes and opens them, under limits, with PyMuPDF."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from indexer.limits import FileLimits
from store.errors import InvalidInput

if TYPE_CHECKING:
    import pymupdf

PDF, EPUB, XPS, CBZ, FB2 = (
    "application/pdf",
    "application/epub+zip",
    "application/vnd.ms-xpsdocument",
    "application/vnd.comicbook+zip",
    "application/x-fictionbook+xml",
)
NAMES = {PDF: "pdf", EPUB: "epub", XPS: "xps", CBZ: "cbz", FB2: "fb2"}
"""What PyMuPDF calls them."""

HEAD = 4096
"""Bytes in which a document says what it is."""
PICTURES_IN_ZIP = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff")

LAYOUT = (420.0, 595.0, 11.0)
"""Width, height and type size in points that books without pages are set in. Another one moves every page number."""


def document_type(data: bytes) -> str | None:
    """The media type of the document that the bytes hold; None for what is none."""
    head = data[:HEAD]
    # The mark of a PDF may stand anywhere in the first kilobyte; without objects behind it, a text speaks of it.
    if head.startswith(b"%PDF-") or (b"%PDF-" in head[:1024] and b" obj" in data):
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return _zip_type(data)
    text = head.decode("utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "replace")
    return FB2 if "<FictionBook" in text and text.lstrip().startswith("<") else None


def _zip_type(data: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if "META-INF/container.xml" in names:
                return EPUB
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return None
    if "[Content_Types].xml" in names and any(name.lower().endswith(".fdseq") for name in names):
        return XPS
    files = [name for name in names if not name.endswith("/")]
    pictures = sum(name.lower().endswith(PICTURES_IN_ZIP) for name in files)
    return CBZ if pictures and 2 * pictures >= len(files) else None


def open_document(data: bytes, limits: FileLimits) -> pymupdf.Document:
    """An open document. Raises `InvalidInput`, saying why, if it is damaged, locked, empty or too long."""
    import pymupdf

    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    media_type = document_type(data)
    if media_type is None:
        raise InvalidInput("not a document of a known format, whatever its name says")
    name = NAMES[media_type].upper()
    if media_type in (EPUB, XPS, CBZ):
        _bound_archive(data, name, limits)
    try:
        document = pymupdf.open(stream=data, filetype=NAMES[media_type])
        _unlock(document, limits)
        if document.is_reflowable:
            width, height, size = LAYOUT
            document.layout(width=width, height=height, fontsize=size)
        pages = document.page_count
    except InvalidInput:
        raise
    # MuPDF raises its own errors, and whatever its bindings make of them.
    except Exception as error:
        raise InvalidInput(f"damaged {name}: it cannot be opened") from error
    if pages == 0:
        raise InvalidInput(f"{'an' if name[0] in 'EFX' else 'a'} {name} with no page")
    if pages > limits.pdf_pages:
        raise InvalidInput(
            f"{pages} pages, more than the {limits.pdf_pages} that are read (VISCITE_MAX_PDF_PAGES raises that)"
        )
    return document


def _unlock(document: pymupdf.Document, limits: FileLimits) -> None:
    if not document.needs_pass or document.authenticate(""):
        return
    if not any(document.authenticate(password) for password in limits.passwords):
        tried = "none of the given passwords opens it" if limits.passwords else "it opens only with a password"
        raise InvalidInput(
            f"encrypted PDF: {tried}. Give it with --password-file or VISCITE_PDF_PASSWORDS, or save a copy without one"
        )


def _bound_archive(data: bytes, name: str, limits: FileLimits) -> None:
    """Refuse an archive by what its directory promises, before anything of it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise InvalidInput(f"damaged {name}: its archive cannot be read") from error
    if len(members) > limits.archive_members:
        raise InvalidInput(
            f"{len(members)} files in the {name}, more than the {limits.archive_members:,} that are read "
            "(VISCITE_MAX_ARCHIVE_MEMBERS raises that)"
        )
    unpacked = sum(member.file_size for member in members)
    if unpacked > limits.unpacked_bytes:
        raise InvalidInput(
            f"{unpacked:,} bytes when unpacked, more than the {limits.unpacked_bytes:,} that are read "
            "(VISCITE_MAX_UNPACKED_BYTES raises that)"
        )
