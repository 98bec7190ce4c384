"""A version with other models is built beside the one that answers: what is kept, what is named, and the way back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from api.search_request import SearchRequest
from api.service import Viscite
from api.settings import EncoderChoice, Profile, Settings
from models.toy import ToyDescriber, ToyEmbedder, ToyEncoder
from store.errors import CollectionLocked, IncompatibleIndex, InvalidInput, NotFound
from store.manifest import VersionState, read_manifest
from store.reader import Reader
from store.records import SourceState
from store.writer import lock
from tests.conftest import ToyBuiltin

Make = Callable[..., Path]


def hits(viscite: Viscite, text: str) -> dict[str, list[str]]:
    """The channels that found the best of each file, by name, the best first."""
    found: dict[str, list[str]] = {}
    for hit in viscite.search(SearchRequest(text=text), "default").hits:
        found.setdefault(Path(hit.path).name, [signal.channel for signal in hit.signals])
    return found


def states(viscite: Viscite) -> dict[str, SourceState]:
    reader = Reader.open(viscite.home.collection("default"))
    return {Path(source.path).name: source.state for source in reader.sources}


def asked(viscite: Viscite) -> tuple[int, int, int]:
    """The pictures encoded and described, and the texts embedded so far."""
    builtin = viscite._builtin
    assert isinstance(builtin.encoder, ToyEncoder)
    assert isinstance(builtin.minilm, ToyEmbedder)
    described = 0
    for describer in (builtin.quick_describer, builtin.describer, builtin.reading_describer):
        assert isinstance(describer, ToyDescriber)
        described += describer.images_described
    return builtin.encoder.images_encoded, described, builtin.minilm.texts_encoded


@pytest.fixture
def photos(photo: Make, pdf: Make) -> Path:
    """Three pictures, one of them with text, a copy of one, and a document of two pages."""
    for name, color in (("red.png", "red"), ("blue.png", "blue"), ("sign.png", "white")):
        folder = photo(name, color).parent
    shutil.copy(folder / "red.png", folder / "twin.png")
    pdf("book.pdf", "The lighthouse keeper was Ann Bell.", "The harbour was dredged in 1994.")
    return folder


def test_another_embedder_opens_no_file(settings: Settings, viscite: Viscite, photos: Path) -> None:
    viscite.index([photos], "default")
    for path in photos.iterdir():
        if path.name != "blue.png":
            path.unlink()
    other = Viscite(settings, ToyBuiltin(embedder_dimension=32))
    done = other.migrate("builtin", "default")
    assert (done.old, done.new, done.report.added, done.report.carried) == (1, 2, 5, 5)
    assert dict(done.report.items) == {"image": 3, "page": 2, "passage": 2}
    images, described, texts = asked(other)
    assert (images, described) == (0, 0)
    assert texts >= 5  # three descriptions, two passages, and the bank of the calibration
    gone = {Path(path).name: reason for path, reason in done.report.skipped}
    assert gone.keys() == {"book.pdf", "red.png", "sign.png", "twin.png"}
    assert set(gone.values()) == {"the file is gone; kept as it is in version 1"}
    assert hits(other, "platform nine")["sign.png"] == ["visual", "semantic", "lexical"]
    assert hits(other, "lighthouse keeper")["book.pdf"] == ["semantic", "lexical"]
    assert set(states(other).values()) == {SourceState.DONE}
    assert done.report.seconds > 0


def test_another_encoder_sees_each_picture_once_and_describes_none(
    settings: Settings, viscite: Viscite, photos: Path
) -> None:
    viscite.index([photos], "default")
    other = Viscite(settings, ToyBuiltin(encoder_dimension=20))
    done = other.migrate("builtin", "default")
    assert (done.report.added, done.report.carried, done.report.skipped) == (5, 0, [])
    # Three pictures and two pages are seen; their descriptions are kept.
    assert asked(other)[:2] == (5, 0)
    assert hits(other, "platform nine")["sign.png"] == ["visual", "semantic", "lexical"]
    reader = Reader.open(other.home.collection("default"))
    assert reader.manifest.roots == [str(photos)]
    assert reader.manifest.fingerprints["encoder"]["dimension"] == 20


def test_what_cannot_be_seen_again_is_kept_by_its_words_and_named(
    settings: Settings, viscite: Viscite, photos: Path
) -> None:
    viscite.index([photos], "default")
    away = photos.parent / "away"
    away.mkdir()
    for name in ("red.png", "blue.png", "book.pdf"):
        (photos / name).rename(away / name)
    (photos / "sign.png").write_bytes(b"damaged since")
    other = Viscite(settings, ToyBuiltin(encoder_dimension=20))
    done = other.migrate("builtin", "default")
    reasons = {Path(path).name: reason for path, reason in done.report.skipped}
    # Of red.png the twin is there, so that nothing of it is lost.
    assert reasons["red.png"] == "the file is gone; kept as it is in version 1"
    assert reasons["blue.png"].startswith("the file is gone; kept by its words alone, not by sight")
    assert reasons["sign.png"].startswith("not a picture")
    assert reasons.keys() == {"red.png", "blue.png", "book.pdf", "sign.png"}
    assert (done.report.added, done.report.carried) == (5, 4)
    assert hits(other, "blue")["blue.png"] == ["semantic", "lexical"]
    assert hits(other, "lighthouse keeper")["book.pdf"] == ["semantic", "lexical"]
    unseen = {"blue.png", "book.pdf", "sign.png"}
    assert {name for name, state in states(other).items() if state is SourceState.UNSEEN} == unseen
    # A second migration finds nothing to do, and the version before has lost nothing.
    assert viscite.rollback("default") == (2, 1)
    assert len(Reader.open(other.home.collection("default")).sources) == 5
    again = other.migrate("builtin", "default")
    assert (again.new, again.report.added, again.report.unchanged) == (2, 0, 1)
    for name in ("blue.png", "book.pdf"):
        (away / name).rename(photos / name)
    _, report = other.index([photos], "default")
    assert report.added == 2
    assert "visual" in hits(other, "blue")["blue.png"]
    assert states(other)["book.pdf"] is SourceState.DONE


def test_a_file_that_was_edited_is_taken_as_it_is_now(
    settings: Settings, viscite: Viscite, photos: Path, photo: Make
) -> None:
    viscite.index([photos], "default")
    photo("blue.png", "green")
    other = Viscite(settings, ToyBuiltin(encoder_dimension=20))
    assert other.migrate("builtin", "default").report.skipped == []
    assert next(iter(hits(other, "green"))) == "blue.png"
    assert len(Reader.open(other.home.collection("default"))) == 7


def test_what_was_removed_between_two_attempts_does_not_come_back(
    settings: Settings, viscite: Viscite, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    viscite.index([photos], "default")
    other = Viscite(settings, ToyBuiltin(encoder_dimension=20))
    monkeypatch.setattr(other.versions, "calibrate", interrupt)
    with pytest.raises(KeyboardInterrupt):
        other.migrate("builtin", "default")
    monkeypatch.undo()
    target = viscite.home.collection("default")
    assert (target.current(), target.versions()) == (1, [1, 2])
    assert viscite.remove([str(photos / "blue.png")], "default") == 1
    done = other.migrate("builtin", "default")
    assert (done.new, done.report.added, done.report.unchanged) == (2, 0, 4)
    assert "blue.png" not in hits(other, "blue")


def test_what_is_removed_does_not_come_back_by_a_rollback(viscite: Viscite, photos: Path) -> None:
    viscite.index([photos], "default")
    viscite.migrate("builtin", "default")
    assert viscite.remove([str(photos / "blue.png")], "default") == 1
    assert viscite.rollback("default") == (2, 1)
    assert "blue.png" not in hits(viscite, "blue")
    assert len(hits(viscite, "blue")) == 3  # the red picture under one of its names, the sign, the book


def interrupt(*arguments: object) -> None:
    raise KeyboardInterrupt


def test_the_way_back_is_the_way_that_was_gone(settings: Settings, viscite: Viscite, photos: Path) -> None:
    viscite.index([photos], "default")
    second = Viscite(settings, ToyBuiltin(encoder_dimension=20))
    third = Viscite(settings, ToyBuiltin(encoder_dimension=24))
    assert second.migrate("builtin", "default").new == 2
    assert viscite.rollback("default") == (2, 1)
    # 3 answers after 1; what answered before 3 is 1, although 2 is the lower number next to it.
    assert third.migrate("builtin", "default").new == 3
    folder = viscite.home.collection("default").version_folder(3)
    assert (read_manifest(folder).state, read_manifest(folder).replaced) == (VersionState.COMPLETE, 1)
    with pytest.raises(IncompatibleIndex, match="16 dimensions"):
        third.rollback("default")
    assert viscite.rollback("default") == (3, 1)
    with pytest.raises(InvalidInput, match=r"no version before 1 to go back to.*viscite migrate"):
        viscite.rollback("default")
    # Forward again: what was built is not built again.
    before = asked(second)
    done = second.migrate("builtin", "default")
    assert (done.old, done.new, done.report.added, done.report.unchanged) == (1, 2, 0, 5)
    assert asked(second)[:2] == before[:2]
    assert second.migrate("builtin", "default").new == 4


def test_nothing_else_is_written_while_a_migration_runs(viscite: Viscite, photos: Path) -> None:
    viscite.index([photos], "default")
    with lock(viscite.home.collection("default"), "is migrating"):
        for write in (
            lambda: viscite.index([photos], "default"),
            lambda: viscite.migrate("builtin", "default"),
            lambda: viscite.remove([str(photos)], "default"),
        ):
            with pytest.raises(CollectionLocked, match=r"Process \d+ is migrating collection 'default'. Wait"):
                write()
    assert hits(viscite, "red")


def test_models_that_are_gone(settings: Settings, viscite: Viscite, photos: Path, tiny_clip: Path) -> None:
    viscite.index([photos], "default")
    encoder = EncoderChoice(library="open_clip", model=f"local-dir:{tiny_clip}")
    with_tiny = settings.model_copy(update={"profiles": {"tiny": Profile(encoder=encoder)}})
    both = Viscite(with_tiny, ToyBuiltin())
    assert both.migrate("tiny", "default").new == 2
    assert hits(both, "red")
    # The profile is no longer in viscite.toml.
    with pytest.raises(IncompatibleIndex, match=r"profile 'tiny'.* gone.*viscite rollback.*viscite migrate"):
        viscite.search(SearchRequest(text="red"), "default")
    with pytest.raises(IncompatibleIndex, match="viscite rollback"):
        viscite.warm()
    # Its weights are not where they were.
    nowhere = EncoderChoice(library="open_clip", model=f"local-dir:{tiny_clip}/nowhere")
    lost = Viscite(settings.model_copy(update={"profiles": {"tiny": Profile(encoder=nowhere)}}), ToyBuiltin())
    with pytest.raises(IncompatibleIndex, match=r"gone.*open_clip_config.json.*viscite rollback"):
        lost.search(SearchRequest(text="red"), "default")
    # Both ways out work without them.
    assert lost.migrate("builtin", "default").new == 3
    assert hits(lost, "red")
    with pytest.raises(IncompatibleIndex, match="profile 'tiny'"):
        lost.rollback("default")
    assert both.rollback("default") == (3, 2)
    assert lost.rollback("default") == (2, 1)
    assert hits(viscite, "red")


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """An evaluation folder over `photos`."""
    folder = tmp_path / "questions"
    folder.mkdir()
    queries = [{"_id": "1", "text": "red"}, {"_id": "2", "text": "blue"}, {"_id": "3", "text": "lighthouse keeper"}]
    (folder / "queries.jsonl").write_text("".join(json.dumps(query) + "\n" for query in queries))
    qrels = "1\tred.png\t1\n2\tblue.png\t1\n3\tbook.pdf#page=1\t1\n"
    (folder / "qrels.tsv").write_text(f"query-id\tcorpus-id\tscore\n{qrels}")
    return folder


def test_both_are_compared_before_the_switch(
    settings: Settings, viscite: Viscite, photos: Path, questions: Path, tiny_clip: Path
) -> None:
    viscite.index([photos], "default")
    encoder = EncoderChoice(library="open_clip", model=f"local-dir:{tiny_clip}")
    both = Viscite(settings.model_copy(update={"profiles": {"tiny": Profile(encoder=encoder)}}), ToyBuiltin())
    target, answered = both.home.collection("default"), []
    done = both.migrate(
        "tiny", "default", evaluation=questions, compared=lambda result: answered.append(target.current())
    )
    assert answered == [1]
    assert done.comparison is not None
    assert done.comparison["before"] == {"version": 1, "profile": "builtin"}
    assert done.comparison["after"] == {"version": 2, "profile": "tiny"}
    recall = done.comparison["channels"]["visual"]["recall@1"]
    assert recall["before"] > 0
    assert recall["rose"] + recall["fell"] <= 3
    for name in ("1", "builtin"):
        result = both.evaluate(questions, "default", against=name)
        assert (result["version"], result["against"]["version"]) == (2, 1)
        assert result["comparison"]["channels"] == done.comparison["channels"]
    with pytest.raises(NotFound, match=r"no complete version 'clip'; there are 1 \(builtin\), 2 \(tiny\)"):
        both.evaluate(questions, "default", against="clip")


def test_a_folder_that_cannot_be_used_is_refused_before_anything_is_built(
    viscite: Viscite, photos: Path, questions: Path
) -> None:
    viscite.index([photos], "default")
    with (questions / "qrels.tsv").open("a") as file:
        file.write("1\tnowhere.png\t1\n")
    with pytest.raises(InvalidInput, match=r"nowhere\.png"):
        viscite.migrate("builtin", "default", evaluation=questions)
    assert viscite.home.collection("default").versions() == [1]
