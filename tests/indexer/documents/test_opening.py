"""Which documents are opened, and which are refused, with what words."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pymupdf
import pytest
from PIL import Image

from api.settings import Settings
from indexer.documents.opening import CBZ, EPUB, FB2, PDF, XPS, document_type, open_document
from indexer.documents.reading import read_pages
from store.errors import InvalidInput

LIMITS = Settings().file_limits()


def locked(password: str) -> bytes:
    document = pymupdf.open()
    document.new_page().insert_text((50, 50), "The light was lit in 1911.")
    return document.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw=password, owner_pw="owner")  # type: ignore[attr-defined]


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return out.getvalue()


def epub(body: str = "<h1>The Light</h1><p>It was lit in 1911.</p>") -> bytes:
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
        '<rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="2.0"><manifest>'
        '<item id="one" href="one.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="one"/></spine></package>'
    )
    page = f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html>'
    files = {"META-INF__container_dot_xml": container, "book_dot_opf": package, "one_dot_xhtml": page}
    return zipped(mimetype=b"application/epub+zip", **{name: text.encode() for name, text in files.items()})


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 90), "red").save(out, "PNG")
    return out.getvalue()


FICTION = (
    b'<?xml version="1.0"?><!DOCTYPE FictionBook [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">'
    b'<!ENTITY file SYSTEM "file:///etc/passwd">]>'
    b'<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0"><body><section>'
    b"<p>It was lit in 1911. &b; &file;</p></section></body></FictionBook>"
)


def xps(text: str = "The barge is moored for 412 crowns a year.") -> bytes:
    """One page of US letter, 816 by 1,056 of the units of XPS, of which 96 are an inch."""
    schema, package = "http://schemas.microsoft.com/xps/2005/06", "http://schemas.openxmlformats.org/package/2006"
    relations = f'<Relationships xmlns="{package}/relationships"><Relationship Id="R1" Type="{schema}/'
    types = {
        "rels": "application/vnd.openxmlformats-package.relationships+xml",
        "fdseq": "application/vnd.ms-package.xps-fixeddocumentsequence+xml",
        "fdoc": "application/vnd.ms-package.xps-fixeddocument+xml",
        "fpage": "application/vnd.ms-package.xps-fixedpage+xml",
        "ttf": "application/vnd.ms-opentype",
    }
    defaults = "".join(f'<Default Extension="{end}" ContentType="{kind}"/>' for end, kind in types.items())
    files = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">{defaults}</Types>',
        "_rels/.rels": f'{relations}fixedrepresentation" Target="/book.fdseq"/></Relationships>',
        "book.fdseq": f'<FixedDocumentSequence xmlns="{schema}"><DocumentReference Source="/book.fdoc"/>'
        "</FixedDocumentSequence>",
        "book.fdoc": f'<FixedDocument xmlns="{schema}"><PageContent Source="/1.fpage"/></FixedDocument>',
        "1.fpage": f'<FixedPage xmlns="{schema}" Width="816" Height="1056" xml:lang="en"><Glyphs Fill="#FF000000" '
        f'FontUri="/letters.ttf" FontRenderingEmSize="16" OriginX="96" OriginY="120" UnicodeString="{text}"/>'
        "</FixedPage>",
        "_rels/1.fpage.rels": f'{relations}required-resource" Target="/letters.ttf"/></Relationships>',
    }
    encoded = {name: content.encode() for name, content in files.items()}
    return zipped(**encoded, **{"letters.ttf": pymupdf.Font("helv").buffer})


def test_documents_are_told_by_their_bytes() -> None:
    assert document_type(locked("")) == PDF
    assert document_type(epub()) == EPUB
    assert document_type(zipped(a_dot_png=picture(), b_dot_png=picture())) == CBZ
    assert document_type(FICTION) == document_type(b"\xef\xbb\xbf" + FICTION) == FB2
    assert document_type(xps()) == XPS
    assert document_type(zipped(a_dot_txt=b"words")) is None
    assert document_type(b"PK\x03\x04 and nothing else") is None
    assert document_type(b"sent by mail\r\n\r\n" + locked("")) == PDF


def test_a_text_that_speaks_of_documents_is_none() -> None:
    assert document_type(b"A file that begins with %PDF-1.7 is a PDF.") is None
    assert document_type(b"# Books\n\nThe root of the XML is <FictionBook>.") is None


def test_books_and_comics_have_pages() -> None:
    (page,) = read_pages(epub(), 1, 1, LIMITS)
    assert page.text == "The Light\nIt was lit in 1911."
    assert [heading.text for heading in page.passages[0].headings] == ["The Light"]
    comic = zipped(a_dot_png=picture(), b_dot_png=picture())
    assert open_document(comic, LIMITS).page_count == 2


def test_a_page_of_xps_has_its_words_and_their_place_in_points() -> None:
    (page,) = read_pages(xps(), 1, 1, LIMITS)
    (passage,) = page.passages
    assert (page.width, page.height, passage.text) == (612, 792, "The barge is moored for 412 crowns a year.")
    assert passage.box == pytest.approx((72, 78, 300, 93), abs=8)


def test_entities_of_a_book_are_inert() -> None:
    (page,) = read_pages(FICTION, 1, 1, LIMITS)
    assert "It was lit in 1911." in page.text
    assert "root:" not in page.text
    assert "aaaa" not in page.text


def test_an_empty_password_opens() -> None:
    assert open_document(locked(""), LIMITS).page_count == 1


def test_a_password_is_asked_for_and_taken_and_never_told() -> None:
    with pytest.raises(InvalidInput, match=r"only with a password.*--password-file"):
        open_document(locked("sesame"), LIMITS)
    wrong = replace(LIMITS, passwords=("wrong-one",))
    with pytest.raises(InvalidInput, match="none of the given passwords") as refused:
        open_document(locked("sesame"), wrong)
    assert "wrong-one" not in str(refused.value) + repr(wrong)
    right = replace(LIMITS, passwords=("wrong-one", "sesame"))
    assert "1911" in read_pages(locked("sesame"), 1, 1, right)[0].text


def test_passwords_of_the_settings_are_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISCITE_PDF_PASSWORDS", '["sesame"]')
    settings = Settings.load()
    assert settings.file_limits().passwords == ("sesame",)
    assert "sesame" not in repr(settings)


def test_an_archive_that_unpacks_to_too_much_is_refused() -> None:
    bomb = epub("<p>" + "a" * 5_000_000 + "</p>")
    assert len(bomb) < 50_000
    with pytest.raises(InvalidInput, match="VISCITE_MAX_UNPACKED_BYTES"):
        open_document(bomb, replace(LIMITS, unpacked_bytes=1_000_000))
    with pytest.raises(InvalidInput, match="VISCITE_MAX_ARCHIVE_MEMBERS"):
        open_document(epub(), replace(LIMITS, archive_members=2))


@pytest.mark.parametrize("data", [b"%PDF-1.7\n%nothing", locked("")[:300], epub()[:200], b"words"])
def test_damaged_documents_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput, match=r"damaged|not a document|no page"):
        open_document(data, LIMITS)


def test_too_many_pages_are_refused() -> None:
    document = pymupdf.open()
    for _ in range(3):
        document.new_page()
    with pytest.raises(InvalidInput, match="VISCITE_MAX_PDF_PAGES"):
        open_document(document.tobytes(), replace(LIMITS, pdf_pages=2))
