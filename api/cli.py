"""The command `viscite`. Exit status: 0 done, 1 refused or failed with a message, 2 wrong usage."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import BaseModel, SecretStr

from api import terminal
from api.settings import Settings
from store.errors import InvalidInput, NotFound, VisciteError
from store.records import Kind, Orientation

if TYPE_CHECKING:
    from api.service import Viscite
    from indexer.run import Progress

app = typer.Typer(
    name="viscite",
    help="Searches your photos and PDFs in plain words and answers questions with cited images.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Collection = Annotated[str, typer.Option("--collection", "-c", help="The collection to use.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Under = Annotated[list[Path] | None, typer.Option("--under", help="Only what lies at or under this path.")]
Limit = Annotated[int, typer.Option("--limit", "-n", help="How many at the most.")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Pictures.")]


def main() -> None:
    """Run the command, and turn what a person is meant to read into a message and exit status 1."""
    try:
        app()
    except VisciteError as error:
        terminal.complain(str(error))
        sys.exit(1)


@contextmanager
def _viscite(passwords: Sequence[str] = ()) -> Iterator[Viscite]:
    """Viscite for one command; `passwords` are tried on encrypted PDFs beside those of the settings."""
    # The models, LanceDB and PyMuPDF take seconds to import: `viscite --help` does not wait for them.
    from api.service import Viscite

    settings = Settings.load()
    given = tuple(SecretStr(password) for password in passwords if password)
    viscite = Viscite(settings.model_copy(update={"pdf_passwords": (*settings.pdf_passwords, *given)}))
    try:
        yield viscite
    except ImportError as error:
        # Ctrl-C while a library is loaded comes out as the failure of the library.
        if isinstance(error.__cause__, KeyboardInterrupt):
            raise KeyboardInterrupt from error
        raise
    finally:
        viscite.close()


@contextmanager
def _resumable(passwords: Sequence[str] = ()) -> Iterator[tuple[Viscite, Progress | None]]:
    """Viscite for a command that may be stopped at any time and given again, and who is told how far it has come."""
    try:
        with _viscite(passwords) as viscite, terminal.progress() as progress:
            yield viscite, progress
    except KeyboardInterrupt:
        terminal.complain("Stopped. What was committed is kept; the same command goes on from there.")
        raise


def _json(reply: BaseModel) -> None:
    sys.stdout.write(reply.model_dump_json(by_alias=True, indent=2) + "\n")


@app.command()
def index(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders.")],
    collection: Collection = "default",
    profile: Annotated[str | None, typer.Option(help="The models to index with; see: viscite models")] = None,
    prune: Annotated[bool, typer.Option("--prune", help="Forget files under PATH that are gone.")] = False,
    password_file: Annotated[
        Path | None, typer.Option("--password-file", help="A file of passwords for encrypted PDFs, one a line.")
    ] = None,
    json: Json = False,
) -> None:
    """Bring photos and PDFs into a collection. Runs again in no time: what is known is not read twice."""
    from api.schemas import IndexOut

    passwords = _read(password_file).decode("utf-8", "replace").splitlines() if password_file else []
    with _resumable(passwords) as (viscite, progress):
        version, report = viscite.index(paths, collection, profile=profile, prune=prune, progress=progress)
    reply = IndexOut.of(collection, version, report)
    _json(reply) if json else terminal.show_index(reply)
    if not report.seen:
        terminal.complain(
            f"No picture and no document was found in {', '.join(map(str, paths))}. Viscite reads JPEG, PNG, WebP, "
            "GIF, BMP, TIFF, PPM, AVIF, HEIC, PDF, EPUB, XPS, FB2, CBZ, text and Markdown; hidden files are left alone."
        )


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="What to find, in plain words.")] = "",
    collection: Collection = "default",
    image: Annotated[list[Path] | None, typer.Option("--image", help="Find what looks like this picture.")] = None,
    plus: Annotated[
        list[str] | None,
        typer.Option(
            "--plus",
            metavar="[WEIGHT:]TEXT_OR_FILE",
            help="A text or picture to move towards, as in: --plus 2:beach --plus photo.jpg",
        ),
    ] = None,
    minus: Annotated[
        list[str] | None,
        typer.Option(
            "--minus",
            metavar="[WEIGHT:]TEXT_OR_FILE",
            help="A text or picture to move away from, as in: --minus 0.5:people. The query itself has weight 1.",
        ),
    ] = None,
    kind: Annotated[list[Kind] | None, typer.Option("--kind", help="Only items of this kind, or of these.")] = None,
    taken: Annotated[
        str | None,
        typer.Option(
            "--taken", metavar="DATES", help="Only pictures of this time: 2019..2021, 2019-05.., ..2021-05-04 or 2020."
        ),
    ] = None,
    page: Annotated[
        str | None, typer.Option("--page", metavar="PAGES", help="Only these pages: 3, 3..7, 3.. or ..7.")
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(
            "--size", metavar="PIXELS", help="Only pictures whose shorter side has so many pixels: 1080.. or ..600."
        ),
    ] = None,
    orientation: Annotated[
        list[Orientation] | None, typer.Option("--orientation", help="Only this shape, or these.")
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option("--tag", help="Only pictures with this tag; of several, with all.")
    ] = None,
    limit: Limit = 10,
    offset: Annotated[int, typer.Option("--offset", help="Leave out this many of the best: for the next page.")] = 0,
    fold: Annotated[
        bool, typer.Option("--fold/--no-fold", help="Show near copies of a picture as one, under the best.")
    ] = True,
    group: Annotated[bool, typer.Option("--group", help="Show what is found in one file as one.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Say why each was found.")] = False,
    min_confidence: Annotated[float, typer.Option(help="Leave out what is less sure, from 0 to 1.")] = 0.0,
    under: Under = None,
    json: Json = False,
) -> None:
    """Find pictures and pages by words, by pictures, or by both, added and subtracted."""
    from api.schemas import SearchOut
    from api.search_request import SearchRequest, parse_dates, parse_numbers, parse_part, subtracted
    from api.service import timed

    request = SearchRequest(
        text=query,
        images=tuple(_read(path) for path in image or []),
        parts=(
            *(parse_part(one, _read) for one in plus or []),
            *(subtracted(parse_part(one, _read)) for one in minus or []),
        ),
        kinds=tuple(kind or ()),
        under=tuple(map(str, under or ())),
        taken=parse_dates(taken),
        pages=parse_numbers(page, "range of pages", alone=True),
        size=parse_numbers(size, "range of sizes", alone=False),
        orientations=tuple(orientation or ()),
        tags=tuple(tag or ()),
        limit=limit,
        offset=offset,
        min_confidence=min_confidence,
        fold=fold,
        group=group,
    )
    with _viscite() as viscite:
        found, seconds = timed(lambda: viscite.search(request, collection))
    reply = SearchOut.of(request, found, seconds, explain)
    _json(reply) if json else terminal.show_search(reply)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="A question in plain words.")],
    collection: Collection = "default",
    image: Annotated[list[Path] | None, typer.Option("--image", help="A picture that the question is about.")] = None,
    limit: Limit = 8,
    under: Under = None,
    keep_unsupported: Annotated[
        bool, typer.Option("--keep-unsupported", help="Mark claims that fail the check instead of removing them.")
    ] = False,
    json: Json = False,
) -> None:
    """Answer a question from the collection. Every citation has been checked."""
    from api.schemas import AnswerOut
    from api.service import AskRequest, timed

    request = AskRequest(
        question,
        images=tuple(_read(path) for path in image or []),
        under=tuple(map(str, under or ())),
        limit=limit,
        keep_unsupported=keep_unsupported,
    )
    with _viscite() as viscite:
        if json:
            answer, seconds = timed(lambda: viscite.ask(request, collection))
            _json(AnswerOut.of(answer, collection, seconds))
        else:
            terminal.stream_answer(viscite.open_answer(request, collection), collection)


@app.command()
def classify(
    files: Files,
    labels: Annotated[str, typer.Option("--labels", help="The choices, with commas between: cat,dog,bird")],
    top: Annotated[int | None, typer.Option("--top", help="Show only this many labels.")] = None,
    json: Json = False,
) -> None:
    """Say which of some labels each picture shows best, or that it shows none of them."""
    from api.schemas import ClassifyOut

    pictures = _named(files)
    with _viscite() as viscite:
        results = viscite.classify(pictures, labels.split(","), top)
        reply = ClassifyOut.of(results, viscite.settings.profile)
    _json(reply) if json else terminal.show_classified(reply)


@app.command()
def describe(files: Files, json: Json = False) -> None:
    """Say in words what each picture shows."""
    from api.schemas import DescribedOut, DescribeOut

    pictures = _named(files)
    with _viscite() as viscite:
        described = viscite.describe(pictures)
    results = [DescribedOut.of(path, one) for (path, _), one in zip(pictures, described, strict=True)]
    reply = DescribeOut(results=results)
    _json(reply) if json else terminal.show_described(reply)


@app.command()
def status(
    collection: Annotated[str | None, typer.Option("--collection", "-c", help="Only this one.")] = None,
    json: Json = False,
) -> None:
    """Show what has been indexed, with which models, and how large it is."""
    from api.schemas import StatusOut

    with _viscite() as viscite:
        reply = StatusOut.of(viscite.status(collection))
    _json(reply) if json else terminal.show_status(reply)


@app.command()
def remove(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders to forget.")],
    collection: Collection = "default",
    json: Json = False,
) -> None:
    """Forget files. The files themselves are not touched."""
    from api.schemas import RemovedCount

    with _viscite() as viscite:
        reply = RemovedCount(removed=viscite.remove([str(path.absolute()) for path in paths], collection))
    _json(reply) if json else terminal.say(f"Forgot {reply.removed} files.")


@app.command()
def migrate(
    profile: Annotated[str, typer.Option(help="The models to move to.")],
    collection: Collection = "default",
    evaluation: Annotated[
        Path | None, typer.Option("--eval", metavar="DIR", help="Compare both versions on this evaluation folder.")
    ] = None,
    json: Json = False,
) -> None:
    """Build a version with other models beside the current one, then let it answer. Searches go on all the while."""
    from api.schemas import MigratedOut

    with _resumable() as (viscite, progress):
        done = viscite.migrate(
            profile,
            collection,
            progress,
            evaluation=evaluation,
            compared=None if json else terminal.show_comparison,
        )
    reply = MigratedOut.of_run(collection, profile, done)
    _json(reply) if json else terminal.show_migrated(reply)
    terminal.show_skipped(done.report.skipped)


@app.command()
def rollback(collection: Collection = "default", json: Json = False) -> None:
    """Let the version that answered before the current one answer again. To go forward: viscite migrate."""
    from api.schemas import MovedOut

    with _viscite() as viscite:
        old, new = viscite.rollback(collection)
    reply = MovedOut.model_validate({"collection": collection, "from": old, "to": new})
    _json(reply) if json else terminal.show_moved(reply)


@app.command(name="eval")
def evaluate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder with queries.jsonl and qrels.tsv.")],
    collection: Collection = "default",
    against: Annotated[
        str | None, typer.Option(metavar="VERSION_OR_PROFILE", help="Compare with another version of the collection.")
    ] = None,
    answers: Annotated[bool, typer.Option("--answers", help="Ask the questions of answers.jsonl instead.")] = False,
    json: Json = False,
) -> None:
    """Measure how well a collection is searched, on your own queries, or how well questions over it are answered."""
    with _viscite() as viscite:
        result = (
            viscite.evaluate_answers(folder, collection) if answers else viscite.evaluate(folder, collection, against)
        )
    if json:
        terminal.show_json(result)
    else:
        terminal.show_answers(result) if answers else terminal.show_evaluation(result)


@app.command()
def models(json: Json = False) -> None:
    """Show profiles and models, whether their weights are here, and how to get them."""
    from api.schemas import ModelsOut

    with _viscite() as viscite:
        reply = ModelsOut.of(viscite.list_models())
    _json(reply) if json else terminal.show_models(reply)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on.")] = None,
) -> None:
    """Serve search, answers and classification over HTTP, on this machine only."""
    from api.server import serve as run

    settings = Settings.load()
    changed = {"host": host or settings.host, "port": settings.port if port is None else port}
    run(settings.model_copy(update=changed))


def _named(files: Sequence[Path]) -> list[tuple[str, bytes]]:
    """The bytes of each file, with its absolute path."""
    return [(str(path.absolute()), _read(path)) for path in files]


def _read(path: Path) -> bytes:
    """The bytes of a file named on the command line."""
    limit = Settings.load().max_file_bytes
    try:
        if not path.is_file():
            raise NotFound(f"There is no file {path}. Check the spelling.")
        if path.stat().st_size > limit:
            raise InvalidInput(f"{path} is larger than the {limit:,} bytes that are read (VISCITE_MAX_FILE_BYTES).")
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
