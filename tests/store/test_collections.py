"""Names, versions, the lock, and an index that was made with other models."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from api.search_request import SearchRequest
from api.service import Viscite
from store.collections import Home
from store.errors import CollectionLocked, IncompatibleIndex, InvalidInput, NotFound
from store.writer import lock


@pytest.mark.parametrize("name", ["", "..", "a/b", "A", "-x", "x" * 65, "a b", "ü"])
def test_names_that_could_leave_the_home_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match="name of a collection"):
        Home(tmp_path).collection(name)


def test_an_unknown_collection_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="viscite index PATH --collection trips"):
        Home(tmp_path).collection("trips").current()


def test_a_second_writer_is_told_who_writes(tmp_path: Path) -> None:
    collection = Home(tmp_path).collection("default")
    code = (
        "import sys; from pathlib import Path; from store.collections import Home; from store.writer import lock\n"
        "with lock(Home(Path(sys.argv[1])).collection('default')):\n"
        "    print('locked', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        with pytest.raises(CollectionLocked, match=f"Process {other.pid} is writing"), lock(collection):
            pass
        other.communicate()
    with lock(collection):
        pass


def test_an_index_of_other_models_is_refused_and_both_are_named(viscite: Viscite, photo: Callable[..., Path]) -> None:
    path = photo("a.png")
    viscite.index([path], "default")
    manifest = viscite.home.collection("default").version_folder(1) / "manifest.json"
    values = json.loads(manifest.read_text())
    values["fingerprints"]["encoder"]["weights"] = "ffffffff"
    manifest.write_text(json.dumps(values))
    with pytest.raises(IncompatibleIndex, match=r"ffffffff.*viscite migrate --profile builtin"):
        viscite.search(SearchRequest(text="red"), "default")
    with pytest.raises(IncompatibleIndex, match="ffffffff"):
        viscite.index([path], "default")


def test_migrate_and_roll_back(viscite: Viscite, photo: Callable[..., Path]) -> None:
    viscite.index([photo("a.png")], "default")
    done = viscite.migrate("builtin", "default")
    assert (done.old, done.new, done.report.added) == (1, 2, 1)
    assert viscite.search(SearchRequest(text="red"), "default").hits
    assert viscite.rollback("default") == (2, 1)
    with pytest.raises(InvalidInput, match="no version before 1"):
        viscite.rollback("default")


def test_remove_forgets_and_leaves_the_file(viscite: Viscite, photo: Callable[..., Path]) -> None:
    kept, gone = photo("a.png", "red"), photo("b.png", "blue")
    viscite.index([kept.parent], "default")
    assert viscite.remove([str(gone)], "default") == 1
    hits = viscite.search(SearchRequest(text="blue"), "default").hits
    assert [Path(hit.path).name for hit in hits] == ["a.png"]
    assert gone.exists()
    with pytest.raises(NotFound, match="Nothing at"):
        viscite.remove([str(gone)], "default")
