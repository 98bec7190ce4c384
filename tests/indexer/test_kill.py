"""A run that is killed at any moment loses nothing that was committed, doubles nothing, and is resumed."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from PIL import Image

from store.collections import Home
from store.reader import Reader

KILLS = 8
FILES = 120

SCRIPT = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[3:]
from conftest import ToyBuiltin
from api.service import Viscite
from api.settings import Settings
import indexer.run
indexer.run.BATCH = 4
if __name__ == "__main__":
    viscite = Viscite(Settings(home=Path(sys.argv[1])), ToyBuiltin())
    print("started", flush=True)
    viscite.index([Path(sys.argv[2])], "default")
    viscite.close()
"""


def ledger(home: Path) -> tuple[Counter[str], set[str]]:
    """How often each item id is stored, and the paths that count as wholly in."""
    collection = Home(home).collection("default")
    folder = collection.version_folder(1)
    if not (folder / "manifest.json").exists():
        return Counter(), set()
    collection.switch(1)
    reader = Reader.open(collection)
    rows = Counter(identity for identity in reader.catalogue.ids)
    return rows, {source.path for source in reader.sources}


def test_kill_and_resume(tmp_path: Path) -> None:
    photos, home = tmp_path / "photos", tmp_path / "home"
    photos.mkdir()
    for number in range(FILES):
        Image.new("RGB", (24, 24), (number, 255 - number, number * 2 % 256)).save(photos / f"{number:03}.png")
    script = tmp_path / "run.py"
    script.write_text(SCRIPT)
    root = Path(__file__).parent.parent
    command = [sys.executable, str(script), str(home), str(photos), str(root), str(root.parent)]
    moments = random.Random(7)
    committed: set[str] = set()
    for _ in range(KILLS):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(moments.uniform(0.05, 1.5))
        process.kill()
        process.communicate()
        rows, paths = ledger(home)
        assert not [identity for identity, count in rows.items() if count > 1]
        assert committed <= paths, "a committed source was lost"
        committed = paths
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    rows, paths = ledger(home)
    assert set(rows.values()) == {1}
    assert (len(rows), len(paths)) == (FILES, FILES)
