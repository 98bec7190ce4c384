"""Index runs over real folders, with toy models that count what they are asked."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from api.search_request import SearchRequest
from api.service import Viscite
from api.settings import Settings
from indexer.report import DESCRIBE_STAGE
from models.toy import TOY_TEXT, ToyDescriber
from store.errors import NotFound, StorageFailed
from store.reader import Reader
from store.records import Description, SourceState

Make = Callable[..., Path]


def found_paths(viscite: Viscite, text: str, **request: object) -> list[str]:
    found = viscite.search(SearchRequest(text=text, **request), "default")  # type: ignore[arg-type]
    return [Path(hit.path).name for hit in found.hits]


def encoded(viscite: Viscite) -> int:
    return viscite._builtin.encoder.images_encoded  # type: ignore[attr-defined, no-any-return]


def test_photos_and_pages_are_found(viscite: Viscite, photo: Make, pdf: Make, tmp_path: Path) -> None:
    photo("a.png", "red")
    photo("b.png", "blue")
    pdf("c.pdf", "The harbour was dredged in 1994.", "The lighthouse keeper was Ann Bell.")
    version, report = viscite.index([tmp_path / "photos"], "default")
    assert version == 1
    assert (report.seen, report.added, report.unchanged, report.skipped) == (3, 3, 0, [])
    assert dict(report.items) == {"image": 2, "page": 2, "passage": 2}
    assert found_paths(viscite, "blue", kinds=("image",))[0] == "b.png"
    hit = viscite.search(SearchRequest(text="lighthouse keeper"), "default").hits[0]
    assert (Path(hit.path).name, hit.item.page, hit.item.kind) == ("c.pdf", 2, "passage")
    assert hit.item.box is not None
    assert "lighthouse" in next(signal for signal in hit.signals if signal.channel == "lexical").terms


def test_a_second_run_encodes_nothing(viscite: Viscite, photo: Make, tmp_path: Path) -> None:
    photo("a.png", "red")
    photo("b.png", "blue")
    viscite.index([tmp_path / "photos"], "default")
    before = encoded(viscite)
    _, report = viscite.index([tmp_path / "photos"], "default")
    assert (report.added, report.unchanged) == (0, 2)
    assert encoded(viscite) == before == 2


def test_the_same_bytes_are_encoded_once_and_found_under_both_paths(
    viscite: Viscite, photo: Make, tmp_path: Path
) -> None:
    original = photo("a.png", "red")
    copy = tmp_path / "photos" / "sub" / "copy.png"
    copy.parent.mkdir()
    shutil.copy(original, copy)
    _, report = viscite.index([tmp_path / "photos"], "default")
    assert (report.added, report.items["image"], encoded(viscite)) == (2, 1, 1)
    assert found_paths(viscite, "red") == ["a.png"]
    assert found_paths(viscite, "red", under=(str(copy.parent),)) == ["copy.png"]
    original.unlink()
    assert found_paths(viscite, "red") == ["copy.png"]


def test_pages_read_ahead_are_those_of_their_document_and_of_a_copy_once(
    viscite: Viscite, pdf: Make, tmp_path: Path
) -> None:
    """More pages than one task reads, more documents than are read ahead, and copies that stand side by side."""
    for name in "abcdefgh":
        pages = [f"Mooring {name}{number} was let to ship number {number}." for number in range(20)]
        shutil.copy(pdf(f"{name}.pdf", *pages), tmp_path / "photos" / f"{name}-copy.pdf")
    _, report = viscite.index([tmp_path / "photos"], "default")
    assert (report.added, report.items["page"], encoded(viscite)) == (16, 160, 160)
    for name, number in (("a", 0), ("c", 8), ("h", 19)):
        hit = viscite.search(SearchRequest(text=f"mooring {name}{number}"), "default").hits[0]
        assert (Path(hit.path).name[0], hit.item.page) == (name, number + 1)


def test_an_edit_with_unchanged_time_is_seen(viscite: Viscite, photo: Make, tmp_path: Path) -> None:
    path = photo("a.png", "red")
    status = path.stat()
    viscite.index([path], "default")
    photo("a.png", "blue")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    _, report = viscite.index([path], "default")
    assert report.added == 1
    assert len(viscite.search(SearchRequest(text="anything"), "default").hits) == 1
    assert viscite.status("default")[0][1].items["image"] == 1


def test_prune_forgets_what_is_gone_under_the_path_alone(viscite: Viscite, photo: Make, tmp_path: Path) -> None:
    gone = photo("a.png", "red", folder="one")
    elsewhere = photo("b.png", "blue", folder="two")
    viscite.index([tmp_path / "one", tmp_path / "two"], "default")
    gone.unlink()
    elsewhere.unlink()
    _, report = viscite.index([tmp_path / "one"], "default", prune=True)
    assert report.removed == 1
    assert found_paths(viscite, "anything") == ["b.png"]


def test_what_was_emptied_or_became_a_folder_is_forgotten(viscite: Viscite, photo: Make, tmp_path: Path) -> None:
    emptied, replaced = photo("a.png", "red"), photo("b.png", "blue")
    photo("c.png", "green")
    viscite.index([tmp_path / "photos"], "default")
    emptied.write_bytes(b"")
    replaced.unlink()
    replaced.mkdir()
    _, report = viscite.index([tmp_path / "photos"], "default", prune=True)
    assert (report.removed, [Path(path).name for path, _ in report.skipped]) == (2, ["a.png"])
    assert found_paths(viscite, "anything") == ["c.png"]


def test_a_name_that_is_no_text_is_skipped_and_the_rest_goes_on(viscite: Viscite, photo: Make, tmp_path: Path) -> None:
    photo("a.png", "red")
    with open(os.fsencode(tmp_path / "photos") + b"/caf\xe9.png", "wb") as file:
        file.write(b"x")
    _, report = viscite.index([tmp_path / "photos"], "default")
    assert report.added == 1
    [(path, reason)] = report.skipped
    assert path.endswith("caf\\xe9.png")
    assert "not UTF-8" in reason


def test_files_are_searched_and_removed_by_any_path_to_them(viscite: Viscite, photo: Make, tmp_path: Path) -> None:
    photo("a.png", "red")
    viscite.index([tmp_path / "photos"], "default")
    (tmp_path / "link").symlink_to(tmp_path / "photos")
    for folder in (tmp_path / "link", tmp_path / "link" / ".." / "photos"):
        assert found_paths(viscite, "red", under=(str(folder),)) == ["a.png"]
    (tmp_path / "photos" / "a.png").unlink()
    assert viscite.remove([str(tmp_path / "link" / "a.png")], "default") == 1


def test_bad_files_are_named_and_the_rest_goes_on(viscite: Viscite, photo: Make, pdf: Make, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    good = photo("good.png", "green")
    (folder / "words.jpg").write_text("this is no picture")
    (folder / "empty.png").write_bytes(b"")
    Image.effect_noise((300, 300), 90).convert("RGB").save(folder / "whole.jpg")
    data = (folder / "whole.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(data[: len(data) // 3])
    (folder / "whole.jpg").unlink()
    locked = pdf("open.pdf", "secret")
    import pymupdf

    with pymupdf.open(locked) as document:
        document.save(folder / "locked.pdf", encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="a", owner_pw="b")
    locked.unlink()
    (folder / "notes.docx").write_text("not for us")
    os.mkfifo(folder / "pipe.jpg")
    (folder / "out.jpg").symlink_to(tmp_path / "elsewhere.jpg")
    (folder / ".hidden.jpg").write_text("left alone")
    _, report = viscite.index([folder], "default")
    reasons = {Path(path).name: reason for path, reason in report.skipped}
    assert reasons.keys() == {"words.jpg", "empty.png", "cut.jpg", "locked.pdf", "notes.docx", "pipe.jpg", "out.jpg"}
    assert "not a picture" in reasons["words.jpg"]
    assert reasons["empty.png"] == "an empty file"
    assert "damaged" in reasons["cut.jpg"]
    assert "password" in reasons["locked.pdf"]
    assert reasons["pipe.jpg"] == "not a regular file"
    assert "link" in reasons["out.jpg"]
    assert found_paths(viscite, "green") == [good.name]


def test_a_huge_picture_is_refused_before_it_is_decoded(viscite: Viscite, tmp_path: Path) -> None:
    import struct
    import zlib

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    path = tmp_path / "bomb.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))))
    _, report = viscite.index([path], "default")
    assert "40000 x 40000 pixels" in report.skipped[0][1]


def test_a_path_that_is_not_there(viscite: Viscite, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no file or folder"):
        viscite.index([tmp_path / "nowhere"], "default")


def test_an_empty_folder_makes_an_empty_collection(viscite: Viscite, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    _, report = viscite.index([tmp_path / "empty"], "default")
    assert report.seen == 0
    found = viscite.search(SearchRequest(text="anything"), "default")
    assert (list(found.hits), found.nothing_matches) == ([], True)


def test_a_disk_that_refuses_is_said_clearly(viscite: Viscite, photo: Make, tmp_path: Path) -> None:
    photo("a.png")
    (tmp_path / "home").write_text("a file where the folder should be")
    with pytest.raises(StorageFailed, match="Free some space or check the disk"):
        viscite.index([tmp_path / "photos"], "default")


def test_a_file_that_comes_back_is_not_described_again(viscite: Viscite, photo: Make, tmp_path: Path) -> None:
    path = photo("red.png", "red")
    viscite.index([tmp_path], "default")
    describer = viscite.models("builtin").indexing.describer
    assert isinstance(describer, ToyDescriber)
    before = describer.images_described
    viscite.remove([str(path)], "default")
    viscite.index([tmp_path], "default")
    assert found_paths(viscite, "red") == ["red.png"]
    assert describer.images_described == before


def states(viscite: Viscite) -> dict[str, SourceState]:
    reader = Reader.open(viscite.home.collection("default"))
    return {Path(source.path).name: source.state for source in reader.sources}


def test_the_second_pass_describes_in_full_and_encodes_no_picture_again(
    viscite: Viscite, photo: Make, tmp_path: Path
) -> None:
    photo("sign.png", "white")
    shutil.copy(photo("sign.png", "white"), tmp_path / "photos" / "copy.png")
    photo("other.png", "blue")
    steps: list[tuple[str, int, int]] = []
    _, report = viscite.index([tmp_path / "photos"], "default", progress=lambda *step: steps.append(step))
    assert (report.added, report.described, report.texts_read, dict(report.items)) == (3, 2, 1, {"image": 2})
    assert steps[-1] == ("Describing", 2, 2)
    assert report.stages[DESCRIBE_STAGE] > 0
    assert encoded(viscite) == 2
    hits = viscite.search(SearchRequest(text=TOY_TEXT), "default").hits
    assert hits[0].item.text == TOY_TEXT
    assert [signal.terms for signal in hits[0].signals if signal.channel == "lexical"] == [("platform", "nine")]
    blue = viscite.search(SearchRequest(text="blue"), "default").hits[0]
    assert blue.item.description == 'A blue picture. File name: "other".'
    assert [signal.channel for signal in blue.signals] == ["visual", "semantic", "lexical"]
    assert set(states(viscite).values()) == {SourceState.DONE}
    _, again = viscite.index([tmp_path / "photos"], "default")
    assert (again.unchanged, again.described, DESCRIBE_STAGE in again.stages) == (3, 0, False)


def test_pictures_are_found_before_they_are_described_in_full(
    viscite: Viscite, photo: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo("a.png", "red")
    monkeypatch.setattr(viscite._builtin.reading_describer, "describe", fail_to_describe)
    with pytest.raises(RuntimeError, match="switched off"):
        viscite.index([tmp_path / "photos"], "default")
    assert found_paths(viscite, "red") == ["a.png"]
    assert set(states(viscite).values()) == {SourceState.QUICK}
    monkeypatch.undo()
    _, report = viscite.index([tmp_path / "photos"], "default")
    assert (report.unchanged, report.described) == (1, 1)
    assert set(states(viscite).values()) == {SourceState.DONE}


def fail_to_describe(images: object, contexts: object) -> list[Description]:
    raise RuntimeError("switched off")


def test_text_that_was_not_read_is_read_by_the_next_run(
    settings: Settings, viscite: Viscite, photo: Make, tmp_path: Path
) -> None:
    photo("sign.png", "white")
    photo("gone.png", "ivory")
    photo("elsewhere.png", "snow", folder="elsewhere")
    silent = Viscite(settings.model_copy(update={"read_text": False}), viscite._builtin)
    for _ in range(2):
        silent.index([tmp_path / "photos", tmp_path / "elsewhere"], "default")
        assert set(states(silent).values()) == {SourceState.UNREAD}
    assert viscite._builtin.describer.images_described == 3  # type: ignore[attr-defined]
    assert not any(hit.item.text for hit in silent.search(SearchRequest(text=TOY_TEXT), "default").hits)
    (tmp_path / "photos" / "gone.png").unlink()
    _, report = viscite.index([tmp_path / "photos"], "default")
    assert (report.unchanged, report.texts_read) == (1, 1)
    unread = {"gone.png": SourceState.UNREAD, "elsewhere.png": SourceState.UNREAD}
    assert states(viscite) == {"sign.png": SourceState.DONE} | unread
    assert viscite.search(SearchRequest(text=TOY_TEXT), "default").hits[0].item.text == TOY_TEXT


def test_a_migration_describes_too(viscite: Viscite, photo: Make, tmp_path: Path) -> None:
    photo("sign.png", "white")
    viscite.index([tmp_path / "photos"], "default")
    viscite.migrate("builtin", "default")
    assert viscite.search(SearchRequest(text=TOY_TEXT), "default").hits[0].item.text == TOY_TEXT
    # What the first version was described with is not asked again.
    assert viscite._builtin.reading_describer.images_described == 1  # type: ignore[attr-defined]


def test_texts_and_books_are_found_with_their_places(viscite: Viscite, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "notes.md").write_text("# Lights\n\nThe northern light was lit in 1911.\n")
    (folder / "list.txt").write_bytes("Öl für den Leuchtturm, Docht, Zündhölzer.".encode("cp1252"))
    (folder / "binary.txt").write_bytes(bytes(range(32)) * 20)
    _, report = viscite.index([folder], "default")
    assert [Path(path).name for path, _ in report.skipped] == ["binary.txt"]
    assert dict(report.items) == {"passage": 2}
    hit = viscite.search(SearchRequest(text="northern light"), "default").hits[0]
    assert (Path(hit.path).name, hit.item.page, hit.item.box) == ("notes.md", None, None)
    assert hit.item.attributes == {"first_line": 1, "last_line": 3, "section": ["Lights"]}
    assert viscite.picture("default", hit.item.id, 200)[:2] == b"\xff\xd8"
