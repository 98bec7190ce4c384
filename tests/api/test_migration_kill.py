"""A migration that is killed at any moment, the switch among them, harms no version, and is gone on with."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from PIL import Image

from api.search_request import SearchRequest
from api.service import Viscite
from api.settings import Settings
from store.collections import Collection
from store.manifest import FILE_NAME
from store.reader import Reader
from tests.conftest import ToyBuiltin

KILLS = 6
FILES = 120

SCRIPT = """
import os, signal, sys, time
from pathlib import Path
sys.path[:0] = sys.argv[3:]
from conftest import ToyBuiltin
from api.service import Viscite
from api.settings import Settings
import indexer.run
from store.collections import Collection
indexer.run.BATCH = 4
switch = Collection.switch

def killed_before(collection, version):
    os.kill(os.getpid(), signal.SIGKILL)

def killed_after(collection, version):
    switch(collection, version)
    os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    Collection.switch = {"before": killed_before, "after": killed_after}.get(sys.argv[2], switch)
    viscite = Viscite(Settings(home=Path(sys.argv[1])), ToyBuiltin(encoder_dimension=20))
    print("started", flush=True)
    report = viscite.migrate("builtin", "default").report
    print(report.added, report.unchanged)
    viscite.close()
"""


def committed(target: Collection, version: int) -> tuple[Counter[str], set[str]]:
    """How often each item id is stored in a version, and the paths that count as wholly in."""
    if not (target.version_folder(version) / FILE_NAME).exists():
        return Counter(), set()
    reader = Reader.open(target, version=version)
    return Counter(reader.catalogue.ids), {source.path for source in reader.sources}


def test_kill_and_resume(settings: Settings, viscite: Viscite, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(FILES):
        Image.new("RGB", (24, 24), (number, 255 - number, number * 2 % 256)).save(photos / f"{number:03}.png")
    viscite.index([photos], "default")
    target = viscite.home.collection("default")
    script = tmp_path / "run.py"
    script.write_text(SCRIPT)
    root = Path(__file__).parent.parent
    command = [sys.executable, str(script), str(settings.home)]
    folders = [str(root), str(root.parent)]

    def start(moment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen([*command, moment, *folders], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        return process

    def old_answers() -> None:
        assert target.current() == 1
        assert len(viscite.search(SearchRequest(text="green", limit=FILES, fold=False), "default").hits) == FILES
        rows, paths = committed(target, 1)
        assert (set(rows.values()), len(rows), len(paths)) == ({1}, FILES, FILES)

    moments, kept, resumed = random.Random(7), set[str](), 0
    for _ in range(KILLS):
        process = start("never")
        # Some kills fall while it begins, the others when it has committed more than it had.
        if moments.random() < 0.3:
            time.sleep(moments.uniform(0, 0.3))
        else:
            deadline = time.monotonic() + 60
            while process.poll() is None and not committed(target, 2)[1] - kept and time.monotonic() < deadline:
                time.sleep(0.02)
        process.kill()
        process.communicate()
        if target.current() != 1:
            break
        old_answers()
        rows, paths = committed(target, 2)
        assert not [identity for identity, count in rows.items() if count > 1]
        assert kept <= paths, "a committed source was lost"
        resumed += bool(kept)
        kept = paths
    assert resumed, "no kill met what an earlier run had left"
    process = start("before")
    assert process.wait() == -signal.SIGKILL
    old_answers()
    assert committed(target, 2)[1] == committed(target, 1)[1]
    process = start("after")
    assert process.wait() == -signal.SIGKILL
    assert target.current() == 2
    rows, paths = committed(target, 2)
    assert (set(rows.values()), len(rows), len(paths)) == ({1}, FILES, FILES)
    migrated = Viscite(settings, ToyBuiltin(encoder_dimension=20))
    assert len(migrated.search(SearchRequest(text="green", limit=FILES, fold=False), "default").hits) == FILES
    assert viscite.rollback("default") == (2, 1)
    old_answers()
    output, _ = start("never").communicate()
    assert output.split() == ["0", str(FILES)], "what was committed was not kept"
    assert target.current() == 2
