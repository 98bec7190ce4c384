"""The command as a person runs it: a subprocess, the built-in models, real files, exit status and JSON."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from PIL import Image

from api import cli

VISCITE = Path(sys.executable).with_name("viscite")


class Command:
    """Runs `viscite` with a home of its own."""

    def __init__(self, home: Path) -> None:
        self._environment = {**os.environ, "VISCITE_HOME": str(home)}

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [str(VISCITE), *map(str, arguments)]
        return subprocess.run(command, env=self._environment, capture_output=True, text=True, timeout=300, check=False)

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """The command in a group of processes of its own, as a terminal starts it."""
        command = [str(VISCITE), *map(str, arguments)]
        return subprocess.Popen(
            command, env=self._environment, stderr=subprocess.PIPE, text=True, start_new_session=True
        )

    def json(self, *arguments: str | Path) -> Any:
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    from sklearn.datasets import load_sample_images

    for name, pixels in zip(("one.jpg", "two.jpg"), load_sample_images().images, strict=True):
        Image.fromarray(pixels).save(folder / name)
    document = pymupdf.open()
    page = document.new_page()
    text = "The Rosel ferry was built in 1962. She carries 240 passengers and is painted green."
    page.insert_textbox(pymupdf.Rect(50, 50, 500, 700), text, fontsize=12)
    document.save(folder / "ferry.pdf")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 not really")
    return folder


@pytest.fixture(scope="module")
def viscite(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Command:
    command = Command(tmp_path_factory.mktemp("home"))
    report = command.json("index", files)
    assert report["sources"] == {"seen": 4, "added": 3, "unchanged": 0, "removed": 0, "skipped": 1}
    assert report["items"] == {"image": 2, "page": 1, "figure": 0, "passage": 1}
    assert [Path(one["path"]).name for one in report["skipped"]] == ["broken.jpg"]
    return command


def test_search_finds_by_sight_and_by_words(viscite: Command, files: Path) -> None:
    reply = viscite.json("search", "a flower", "--kind", "image", "--explain")
    assert reply["query"] == "a flower"
    hit = reply["hits"][0]
    assert hit.keys() == {
        "rank", "id", "kind", "path", "page", "page_label", "box", "score", "confidence", "description", "snippet",
        "signals", "copies", "others", "explanation",
    }  # fmt: skip
    visual = next(signal for signal in hit["signals"] if signal["channel"] == "visual")
    assert f"like the query (visual {visual['score']:.2f}" in hit["explanation"]
    told = viscite.run("search", "a flower", "--kind", "image", "--explain").stdout
    assert hit["explanation"] in told
    assert f"visual   {visual['score']:7.3f}   rank   1   p " in told
    assert (hit["rank"], hit["kind"], hit["path"]) == (1, "image", str(files / "two.jpg"))
    assert {signal["channel"] for signal in hit["signals"]} >= {"visual", "semantic"}
    ferry = viscite.json("search", "when was the ferry built", "--limit", "1")["hits"][0]
    assert (ferry["path"], ferry["page"], ferry["kind"]) == (str(files / "ferry.pdf"), 1, "passage")
    assert "1962" in ferry["snippet"]
    assert ferry["explanation"] is None


def test_search_by_picture_finds_itself(viscite: Command, files: Path) -> None:
    hits = viscite.json("search", "--image", files / "one.jpg", "--kind", "image")["hits"]
    assert [Path(hit["path"]).name for hit in hits] == ["one.jpg", "two.jpg"]


def test_search_with_weights_filters_and_pages(viscite: Command, files: Path) -> None:
    image = ("--kind", "image", "--limit", "1")
    assert viscite.json("search", "a temple", "--minus", "0.5:flower", *image)["hits"][0]["path"].endswith("one.jpg")
    plus = viscite.json("search", "--plus", f"0.8:{files / 'two.jpg'}", "--plus", "garden", *image)
    assert (plus["hits"][0]["path"], plus["offset"], plus["more"]) == (str(files / "two.jpg"), 0, True)
    rest = viscite.json("search", "--plus", str(files / "two.jpg"), *image, "--offset", "1")
    assert ([hit["rank"] for hit in rest["hits"]], rest["more"]) == ([2], False)
    wide = viscite.json("search", "flower", "--orientation", "landscape", "--size", "400..500", "--no-fold", "--group")
    assert {Path(hit["path"]).name for hit in wide["hits"]} == {"one.jpg", "two.jpg"}
    assert viscite.json("search", "flower", "--taken", "2019..")["hits"] == []
    shown = viscite.run("search", "ferry", "--limit", "1").stdout
    assert "There are more: --offset 1" in shown


def test_ask_answers_with_a_checked_citation_or_abstains(viscite: Command, files: Path) -> None:
    reply = viscite.json("ask", "When was the Rosel ferry built?")
    assert "1962" in reply["answer"]
    assert reply["abstained"] is False
    assert reply["claims"][0]["verdict"] == "supported"
    citation = reply["citations"][0]
    assert citation["number"] in reply["claims"][0]["citations"]
    assert (citation["path"], citation["page"]) == (str(files / "ferry.pdf"), 1)
    assert "1962" in citation["quote"]
    shown = viscite.run("ask", "When was the Rosel ferry built?").stdout.splitlines()
    assert shown[:2] == [reply["answer"], ""]
    assert shown[2].startswith(f"[{citation['number']}] ")
    assert viscite.json("ask", "Who won the chess championship in 1985?")["abstained"] is True


def test_classify(viscite: Command, files: Path) -> None:
    reply = viscite.json(
        "classify", os.path.relpath(files / "two.jpg"), "--labels", "flower,motorcycle,pizza", "--top", "2"
    )
    result = reply["results"][0]
    assert os.path.isabs(result["path"])
    assert os.path.samefile(result["path"], files / "two.jpg")
    assert (result["best"], result["rejected"], len(result["labels"])) == ("flower", False, 2)


def test_describe_and_status(viscite: Command, files: Path) -> None:
    described = viscite.json("describe", files / "two.jpg")["results"][0]
    assert described.keys() >= {"path", "description", "caption", "caption_probability", "tags", "text", "colors"}
    assert described["description"]
    collection = viscite.json("status")["collections"][0]
    assert (collection["name"], collection["sources"], collection["profile"]) == ("default", 3, "builtin")
    assert collection["bytes"] > 0


def test_eval(viscite: Command, tmp_path: Path) -> None:
    (tmp_path / "queries.jsonl").write_text('{"_id": "a", "text": "a flower"}\n{"_id": "b", "text": "Rosel ferry"}\n')
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\na\ttwo.jpg\t1\nb\tferry.pdf#page=1\t1\n")
    result = viscite.json("eval", tmp_path)
    assert result["queries"] == 2
    assert result["fused"]["recall@1"] == 1.0
    assert result["fused"].keys() == {"recall@1", "recall@5", "recall@10", "mrr@10", "ndcg@10", "median_rank"}


def test_migrate_compare_and_roll_back(viscite: Command, tmp_path: Path) -> None:
    (tmp_path / "queries.jsonl").write_text(
        '{"_id": "a", "text": "a flower"}\n{"_id": "b", "text": "a nuclear submarine", "answerable": false}\n'
    )
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\na\ttwo.jpg\t1\n")
    moved = viscite.json("migrate", "--profile", "builtin", "--eval", tmp_path)
    assert (moved["collection"], moved["from"], moved["to"]) == ("default", 1, 2)
    assert (moved["added"], moved["carried"], moved["skipped"]) == (3, 3, [])
    assert moved["comparison"]["channels"]["fused"]["recall@1"]["after"] == 1
    shown = viscite.run("eval", tmp_path, "--against", "1")
    assert shown.returncode == 0, shown.stderr
    for words in (
        "nothing matches: balanced accuracy",
        "calibration error",
        "version 1 (builtin) -> version 2 (builtin)",
    ):
        assert words in " ".join(shown.stdout.split())
    assert viscite.json("rollback") == {"collection": "default", "from": 2, "to": 1}
    refused = viscite.run("rollback")
    assert (refused.returncode, "has no version before 1" in refused.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["index", "/no/such/folder"], 1, "There is no file or folder /no/such/folder"),
        (["search", "x", "--collection", "nowhere"], 1, "viscite index PATH --collection nowhere"),
        (["search", "x" * 10_000], 1, "10,000 characters"),
        (["search"], 1, "Nothing to search for"),
        (["search", "x", "--limit", "0"], 1, "limit is 0"),
        (["search", "x", "--kind", "sculpture"], 2, "sculpture"),
        (["search", "--minus", "x"], 1, "only left out"),
        (["search", "--plus", "-2:x"], 1, "only left out"),
        (["search", "x", "--minus", "-2:y"], 1, "without a sign"),
        (["search", "x", "--minus", "1:x"], 1, "cancels"),
        (["search", "x", "--taken", "2021..2019"], 1, "contradicts itself"),
        (["search", "x", "--taken", "last May"], 1, "is no date"),
        (["search", "x", "--page", "two"], 1, "Write for example 3, 3..7"),
        (["search", "x", "--page", "3", "--kind", "image"], 1, "contradict each other"),
        (["search", "x", "--size", "600"], 1, "Write for example 3..7"),
        (["search", "x", "--tag", "no such thing at all"], 1, "Nothing has the tag"),
        (["search", "x", "--orientation", "slanted"], 2, "slanted"),
        (["search", "x", "--offset", "-1"], 1, "offset is -1"),
        (["ask", " "], 1, "No question"),
        (["eval", "/no/such/folder"], 1, "/no/such/folder"),
        (["remove", "/no/such/file"], 1, "Nothing at /no/such/file"),
        (["migrate", "--profile", "none"], 1, "no profile 'none'"),
        (["serve", "--host", "0.0.0.0"], 1, "--host 127.0.0.1"),
        (["dance"], 2, "dance"),
    ],
)
def test_bad_input_says_what_to_do(viscite: Command, arguments: list[str], status: int, words: str) -> None:
    done = viscite.run(*arguments)
    assert done.returncode == status
    assert words in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_labels_with_an_empty_name(viscite: Command, files: Path) -> None:
    done = viscite.run("classify", files / "one.jpg", "--labels", "cat,,dog")
    assert (done.returncode, "Label 2 has an empty name" in done.stderr) == (1, True)


def test_a_file_that_is_no_picture(viscite: Command, files: Path) -> None:
    done = viscite.run("describe", files / "ferry.pdf")
    assert (done.returncode, "not a picture of a known format" in done.stderr) == (1, True)


def test_an_empty_folder(viscite: Command, tmp_path: Path) -> None:
    done = viscite.run("index", tmp_path, "--collection", "empty")
    assert (done.returncode, "No picture and no document was found" in done.stderr) == (0, True)


def test_ctrl_c_says_what_is_kept_and_the_next_run_goes_on(tmp_path: Path) -> None:
    chance = random.Random(1)
    (tmp_path / "pictures").mkdir()
    for number in range(30):
        picture = Image.new("RGB", (64, 64), tuple(chance.choices(range(256), k=3)))
        picture.save(tmp_path / "pictures" / f"{number}.png")
    command = Command(tmp_path / "home")
    started = command.start("index", tmp_path / "pictures")
    while not (tmp_path / "home" / "collections").exists():
        assert started.poll() is None
        time.sleep(0.01)
    # To all processes of the command, as a terminal sends it.
    os.killpg(started.pid, signal.SIGINT)
    complaint = started.communicate(timeout=60)[1]
    assert (started.returncode, complaint.count("\n")) == (130, 1), complaint
    assert "What was committed is kept" in complaint
    assert command.json("index", tmp_path / "pictures")["skipped"] == []


def test_ctrl_c_while_a_library_is_loaded_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISCITE_HOME", str(tmp_path))
    with pytest.raises(KeyboardInterrupt), cli._viscite():
        raise ImportError("initialization failed") from KeyboardInterrupt()
    with pytest.raises(ImportError), cli._viscite():
        raise ImportError("no such library")
