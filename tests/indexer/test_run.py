"""Index runs over real folders, with toy models that count what they are asked."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from api.service import SearchRequest, Viscite
from models.toy import ToyDescriber
from store.errors import NotFound, StorageFailed

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
    (folder / "notes.txt").write_text("not for us")
    os.mkfifo(folder / "pipe.jpg")
    (folder / "out.jpg").symlink_to(tmp_path / "elsewhere.jpg")
    (folder / ".hidden.jpg").write_text("left alone")
    _, report = viscite.index([folder], "default")
    reasons = {Path(path).name: reason for path, reason in report.skipped}
    assert reasons.keys() == {"words.jpg", "empty.png", "cut.jpg", "locked.pdf", "notes.txt", "pipe.jpg", "out.jpg"}
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
