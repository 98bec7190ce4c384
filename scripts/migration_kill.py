"""Kills a migration with SIGKILL again and again, at random moments and around the switch, and counts what was lost.

    .venv/bin/python scripts/migration_kill.py --times 50

Generated photos are indexed with the built-in models and migrated to an open_clip model with random weights, which the
script makes. After each kill one `Viscite`, which stays open as a server's would, must answer from a version that holds
every photo once; what the new version held before must be in it still. When a migration comes to its end, it is rolled
back and its version deleted, so that every kill meets one at work. At the end one migration is left to finish.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from api.search_request import SearchRequest
from api.service import Viscite
from api.settings import EncoderChoice, Profile, Settings
from scripts.bench import SEED, draw_photos
from store.collections import Collection
from store.manifest import FILE_NAME, read_manifest
from store.reader import Reader

COLLECTION, PROFILE = "bench", "tiny"

TINY = {
    "embed_dim": 24,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "patch_size": 16, "head_width": 32},
    "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1},
}


def save_tiny_clip(folder: Path) -> None:
    """An open_clip model of one layer with random weights, in a folder as `local-dir:` wants it."""
    from models.torchvision_cure import cure_torchvision

    cure_torchvision()
    import open_clip  # type: ignore[import-untyped]
    import torch
    from safetensors.torch import save_file

    folder.mkdir(parents=True)
    preprocessing = {"mean": [0.5] * 3, "std": [0.5] * 3, "interpolation": "bilinear", "resize_mode": "squash"}
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": TINY, "preprocess_cfg": preprocessing}))
    torch.manual_seed(SEED)
    weights = open_clip.CLIP(**TINY).state_dict()
    save_file({name: tensor.contiguous() for name, tensor in weights.items()}, folder / "open_clip_model.safetensors")


def opened(scratch: Path) -> Viscite:
    """Viscite over the home in `scratch`, with the tiny profile."""
    encoder = EncoderChoice(library="open_clip", model=f"local-dir:{scratch / 'tiny'}")
    return Viscite(Settings(home=scratch / "home", profiles={PROFILE: Profile(encoder=encoder)}, read_text=False))


def migrate(scratch: Path) -> None:
    """What the killed process does: load the models, say so, migrate, and say what was done."""
    viscite = opened(scratch)
    viscite.models(PROFILE).index_fingerprints()
    print("at work", flush=True)
    report = viscite.migrate(PROFILE, COLLECTION).report
    print(json.dumps({"added": report.added, "unchanged": report.unchanged}))
    viscite.close()


def started(scratch: Path) -> subprocess.Popen[str]:
    """A migrating process that is at work."""
    command = [sys.executable, __file__, "--migrate", str(scratch)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    if process.stdout.readline() != "at work\n":
        raise RuntimeError(f"the migration did not start: {process.wait()}")
    return process


def committed(target: Collection, version: int) -> tuple[Counter[str], set[str]]:
    """How often each item id is stored in a version, and the paths that are wholly in."""
    if not (target.version_folder(version) / FILE_NAME).exists():
        return Counter(), set()
    reader = Reader.open(target, version=version)
    return Counter(reader.catalogue.ids), {source.path for source in reader.sources}


def wait_for_the_switch(process: subprocess.Popen[str], target: Collection, moment: float) -> None:
    """Until the new version is calibrated, which is the last step before the switch, and `moment` seconds more."""
    calibration = target.version_folder(2) / "calibration.json"
    while process.poll() is None and not calibration.exists():
        time.sleep(0.0005)
    time.sleep(moment)


def main() -> None:
    """Kill, look, and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--photos", type=int, default=400)
    parser.add_argument("--migrate", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.migrate:
        migrate(arguments.migrate)
        return
    with tempfile.TemporaryDirectory() as temporary:
        scratch = Path(temporary)
        save_tiny_clip(scratch / "tiny")
        viscite = opened(scratch)
        viscite.index([draw_photos(scratch / "photos", arguments.photos)], COLLECTION)
        kill_again_and_again(scratch, viscite, arguments.times, arguments.photos)
        viscite.close()


def kill_again_and_again(scratch: Path, viscite: Viscite, times: int, photos: int) -> None:
    """Every third kill falls around the switch, the others within the time that a whole migration takes."""
    target = viscite.home.collection(COLLECTION)
    moments, counts, kept = random.Random(SEED), Counter[str](), set[str]()
    whole = 3.0
    for number in range(times):
        process = started(scratch)
        if number % 3 == 2:
            wait_for_the_switch(process, target, moments.uniform(0, 0.03))
        else:
            time.sleep(moments.uniform(0, whole))
        counts["killed at work"] += process.poll() is None
        process.kill()
        process.wait()
        current = target.current()
        counts["answered from the new version"] += current == 2
        counts["searches refused or empty"] += not searched(viscite)
        rows, paths = committed(target, current)
        counts["items lost"] += photos - len(rows)
        counts["sources lost"] += photos - len(paths)
        rows_new, paths_new = committed(target, 2)
        counts["items doubled"] += sum(one > 1 for stored in (rows, rows_new) for one in stored.values())
        counts["committed sources lost"] += len(kept - paths_new)
        counts["killed with part of the new version in"] += 0 < len(paths_new) < photos
        counts["kills that met what an earlier run had left"] += bool(kept)
        kept = paths_new
        if current == 2:
            viscite.rollback(COLLECTION)
            target.discard(2)
            kept = set()
    process = started(scratch)
    output, _ = process.communicate()
    done = json.loads(output)
    rows, paths = committed(target, 2)
    manifest = read_manifest(target.version_folder(target.current()))
    print(f"{times} runs over {photos} photos:", ", ".join(f"{count} {what}" for what, count in counts.items()))
    print(
        f"the last run kept {done['unchanged']} of {len(kept)} and added {done['added']}; version {manifest.version} "
        f"({manifest.profile}) answers with {len(rows)} items and {len(paths)} sources, "
        f"{sum(count > 1 for count in rows.values())} doubled"
    )


def searched(viscite: Viscite) -> bool:
    """Whether a search is answered with as many hits as it asked for."""
    return len(viscite.search(SearchRequest(text="a red car", limit=10), COLLECTION).hits) == 10


if __name__ == "__main__":
    main()
