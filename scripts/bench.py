"""Measures indexing, searching and memory on this machine, with the built-in models and generated photos.

    .venv/bin/python scripts/bench.py index --photos 1000      images/s, by stage
    .venv/bin/python scripts/bench.py search --items 100000    milliseconds a query, by each view of the vectors
    .venv/bin/python scripts/bench.py memory                   peak of an index run of 500 and of 5,000 photos
    .venv/bin/python scripts/bench.py kill --times 100         SIGKILL at random moments, compared with a ledger
    .venv/bin/python scripts/bench.py documents                pages/s of documents, by stage
    .venv/bin/python scripts/bench.py long --pages 2000        how the memory grows over one long document

`index --folder DIR` takes your own photos, `documents --folder DIR` your own documents, and `search --captions FILE`
the texts of a `captions.jsonl` in place of documentation. With `--home DIR` what is made stays, and serves the next
run. Run it on an idle machine.
"""

from __future__ import annotations

import argparse
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from api.service import Viscite
from api.settings import Settings
from scripts.bench_documents import bench_documents, bench_long, digital_documents, long_document
from scripts.bench_views import bench_search, bench_view
from store.collections import Home
from store.reader import Reader
from store.vector_views import ViewName

SEED = 7
SIDE = 224


def draw_photos(folder: Path, count: int) -> Path:
    """Photos of 224x224 that differ: smooth colours with noise, as JPEG of about 20 kB like camera thumbnails."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(SEED)
    for number in range(count):
        coarse = generator.integers(0, 256, (7, 7, 3), dtype=np.uint8)
        image = Image.fromarray(coarse).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        noisy = np.asarray(image, np.int16) + generator.normal(0, 12, (SIDE, SIDE, 1)).astype(np.int16)
        Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(folder / f"{number:06}.jpg", quality=85)
    return folder


def bench_index(folder: Path, home: Path) -> None:
    """Index a folder once with warm models and print images/s, in all and by stage."""
    viscite = Viscite(Settings(home=home))
    viscite.models("builtin").index_fingerprints()
    start = time.perf_counter()
    _, report = viscite.index([folder], "bench")
    seconds = time.perf_counter() - start
    viscite.close()
    rate, described = report.added / report.first_pass, report.seconds - report.first_pass
    print(f"{report.added} photos in {report.first_pass:.2f} s: {rate:.1f} images/s, JPEG to committed row")
    print(
        f"{report.described} described in {described:.2f} s more, {1000 * described / max(1, report.described):.0f} ms "
        f"each; text was found in {report.texts_read}. Seconds of both passes by stage:"
    )
    for stage, spent in report.stages.items():
        print(f"  {stage:11} {spent:7.2f} s  {report.added / max(spent, 1e-9):9.1f} images/s")
    print(f"  ('read' is only what the encoder waited for; then {seconds - report.seconds:.1f} s to calibrate)")


def bench_memory(folder: Path) -> None:
    """Index 500 and 5,000 photos in fresh processes and print the peak of each, workers apart."""
    for count in (500, 5000):
        photos = draw_photos(folder / str(count), count)
        command = [sys.executable, __file__, "index", "--folder", str(photos), "--home", str(folder / f"home{count}")]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            peak = watch_memory(process)
        print(
            f"{count} photos: peak {peak['main']:.0f} MiB in the main process, {peak['all']:.0f} MiB with its workers"
        )


def watch_memory(process: subprocess.Popen[bytes]) -> dict[str, float]:
    """The largest resident memory seen while a process runs, in MiB: of itself, and with its children."""
    import psutil  # type: ignore[import-untyped]

    peak = {"main": 0.0, "all": 0.0}
    watched = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            own = watched.memory_info().rss
            whole = own + sum(child.memory_info().rss for child in watched.children(recursive=True))
        except psutil.NoSuchProcess:
            continue
        peak = {"main": max(peak["main"], own / 2**20), "all": max(peak["all"], whole / 2**20)}
        time.sleep(0.05)
    return peak


def bench_kill(folder: Path, times: int) -> None:
    """Kill an index run at random moments, resume it each time, and compare what is there with what was there."""
    photos, home = draw_photos(folder / "photos", 600), folder / "home"
    command = [sys.executable, __file__, "index", "--folder", str(photos), "--home", str(home)]
    moments, kept, lost, doubled, finished = random.Random(SEED), set[str](), 0, 0, 0
    for _ in range(times):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stop = threading.Timer(moments.uniform(1.0, 9.0), lambda p=process: p.send_signal(signal.SIGKILL))
        stop.start()
        finished += process.wait() == 0
        stop.cancel()
        rows, sources = ledger(home)
        doubled += sum(count > 1 for count in rows.values())
        lost += len(kept - sources)
        kept = sources
        if len(kept) == 600:
            # All in: begin again, so that every kill meets a run that is at work.
            kept = set()
            subprocess.run(["rm", "-rf", str(home / "collections")], check=True)
    print(f"{times} runs, {times - finished} killed at work: {lost} committed sources lost, {doubled} items doubled")


def ledger(home: Path) -> tuple[Counter[str], set[str]]:
    """How often each id is stored, and the paths that are wholly in."""
    collection = Home(home).collection("bench")
    if not (collection.version_folder(1) / "manifest.json").exists():
        return Counter(), set()
    if not collection.exists():
        collection.switch(1)
    reader = Reader.open(collection)
    return Counter(reader.catalogue.ids), {source.path for source in reader.sources}


def main() -> None:
    """Parse the command line and run one measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["index", "search", "view", "memory", "kill", "documents", "long"])
    parser.add_argument("--photos", type=int, default=1000)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--captions", type=Path)
    parser.add_argument("--view", type=ViewName, help="the one that `view` measures, in the collection of `search`")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        scratch = Path(temporary)
        home = arguments.home or scratch / "home"
        if arguments.what == "index":
            bench_index(arguments.folder or draw_photos(scratch / "photos", arguments.photos), home)
        elif arguments.what == "search":
            bench_search(arguments.items, home, arguments.captions)
        elif arguments.what == "view":
            bench_view(arguments.view, home, arguments.captions)
        elif arguments.what == "documents":
            bench_documents(arguments.folder or digital_documents(scratch), home)
        elif arguments.what == "long":
            bench_long(long_document(scratch, arguments.pages), home)
        elif arguments.what == "memory":
            bench_memory(scratch)
        else:
            bench_kill(scratch, arguments.times)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process {peak:.0f} MiB")


if __name__ == "__main__":
    main()
