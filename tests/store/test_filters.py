"""Filters in memory and in LanceDB against a filter in plain Python, over generated items and filters."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.catalogue import Catalogue, read_columns
from store.dates import first_moment, last_moment
from store.errors import InvalidInput
from store.filters import PAGED, TAGGED, check, expression, is_under
from store.records import Filters, Item, Kind, Orientation, Range, Source
from store.tables import create_tables, item_rows, item_schema, open_tables, source_rows

ATTACK = "' OR 1=1 --"
WORDS = [ATTACK, "dog", "dog house", "%", "_", "Ünï", '"; DROP TABLE items', "\\"]
TAGS = st.lists(st.sampled_from(WORDS), max_size=3, unique=True)
PATHS = ["/photos/a.jpg", "/photos/sub/b.jpg", f"/photos/{ATTACK}/c.jpg", "/photosbutnot/d.jpg", "/%/e.pdf"]
MOMENTS = ["2019-01-01T00:00:00", "2019-12-31T23:59:59", "2020-02-29T12:00:00", "2021-05-04T17:30:00", ATTACK]
SIDES = [0, 100, 104, 105, 106, 1000, 1049, 1050, 1051, 595.28, 841.89]
NO_TIME_LIMIT = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def bounds(values: Sequence[object]) -> st.SearchStrategy[Range]:  # type: ignore[type-arg]
    """Ranges whose ends are in order, or open."""
    ends = st.tuples(*(st.none() | st.sampled_from(values),) * 2)
    return ends.filter(lambda pair: None in pair or pair[0] <= pair[1]).map(lambda pair: Range(*pair))


FILTERS = st.builds(
    Filters,
    kinds=st.lists(st.sampled_from(Kind), max_size=2, unique=True).map(tuple),
    under=st.lists(
        st.sampled_from(["/photos", "/photos/", "/photos/sub/b.jpg", f"/photos/{ATTACK}", "/%"]), max_size=2
    ).map(tuple),
    taken=bounds(MOMENTS),
    pages=bounds([1, 2, 3, 9]),
    size=bounds([0, 100, 105, 595, 1049, 1050]),
    orientations=st.lists(st.sampled_from(Orientation), max_size=2, unique=True).map(tuple),
    tags=TAGS.map(tuple),
)


def in_plain_python(item: Item, filters: Filters) -> bool:
    """What the filters mean, written once more without any library."""

    def within(value: object, bounds: Range) -> bool:  # type: ignore[type-arg]
        if bounds.is_open:
            return True
        if value is None:
            return False
        return (bounds.least is None or bounds.least <= value) and (bounds.most is None or value <= bounds.most)

    def shape() -> Orientation | None:
        short, long = sorted((item.width, item.height))
        if not long:
            return None
        if long < short * 1.05:
            return Orientation.SQUARE
        return Orientation.LANDSCAPE if item.width > item.height else Orientation.PORTRAIT

    names = {tag["name"].casefold() for tag in item.attributes.get("tags", ())}
    in_pixels = item.kind is Kind.IMAGE
    return (
        (not filters.kinds or item.kind in filters.kinds)
        and is_under(PATHS[int(item.sha256)], filters.under)
        and within(item.captured_at, filters.taken)
        and within(item.page, filters.pages)
        and within(min(item.width, item.height) if in_pixels else None, filters.size)
        and (not filters.orientations or shape() in filters.orientations)
        and all(tag.casefold() in names for tag in filters.tags)
    )


@pytest.fixture(scope="module")
def generated() -> list[Item]:
    """Items of every sort, the same in each run."""
    chosen = random.Random(4)
    return [_item(number, chosen.choice(list(Kind)), chosen) for number in range(600)]


def _item(number: int, kind: Kind, chosen: random.Random) -> Item:
    """One with what items of its kind can have."""
    names = chosen.sample(WORDS, chosen.randrange(4)) if kind in TAGGED else []
    return Item(
        id=f"{number:04}",
        kind=kind,
        sha256=str(chosen.randrange(len(PATHS))),
        page=chosen.choice([None, 1, 2, 3, 4]) if kind in PAGED else None,
        width=chosen.choice(SIDES),
        height=chosen.choice(SIDES),
        captured_at=chosen.choice([None, *MOMENTS]) if kind is Kind.IMAGE else None,
        attributes={"tags": [{"name": name, "probability": 0.9} for name in names]},
    )


@pytest.fixture(scope="module")
def table(generated: list[Item], tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    from lancedb.index import FTS

    folder: Path = tmp_path_factory.mktemp("tables")
    create_tables(folder, 4, 4)
    found, _ = open_tables(folder)
    found.add(item_rows(generated, ["word"] * len(generated), item_schema(4, 4)))
    found.create_index("words", config=FTS(with_position=False))
    return found


@pytest.fixture(scope="module")
def catalogue(table) -> Catalogue:  # type: ignore[no-untyped-def]
    return Catalogue.of(
        read_columns(table), source_rows([Source(path, str(row), 1, 1, "image/jpeg") for row, path in enumerate(PATHS)])
    )


@NO_TIME_LIMIT
@given(filters=FILTERS)
def test_mask_and_expression_keep_what_plain_python_keeps(table, catalogue, generated, filters) -> None:  # type: ignore[no-untyped-def]
    expected = {item.id for item in generated if in_plain_python(item, filters)}
    try:
        mask = catalogue.allowed(filters)
    except InvalidInput:
        # Filters that contradict each other keep nothing; tags are all known here.
        assert not expected or filters.pages.most == 0
        return
    assert {catalogue.ids[row] for row in mask.nonzero()[0]} == expected
    contents = catalogue.contents_under(filters.under) if filters.under else None
    kept = expression(filters, contents)
    if kept is None:
        assert len(expected) == len(generated)
        return
    found = table.search().where(kept).select(["id"]).limit(None).to_arrow()["id"].to_pylist()
    assert set(found) == expected


def test_the_full_text_search_takes_the_same_expression(table, generated) -> None:  # type: ignore[no-untyped-def]
    filters = Filters(tags=(ATTACK,), orientations=(Orientation.SQUARE, Orientation.PORTRAIT), size=Range(100, None))
    expected = {item.id for item in generated if in_plain_python(item, filters)}
    query = table.search("word", query_type="fts").where(expression(filters, None), prefilter=True)
    found = query.select(["id", "_score"]).limit(len(generated)).to_arrow()["id"].to_pylist()
    assert set(found) == expected
    assert 0 < len(expected) < len(generated)


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        (Filters(taken=Range("2021-01-01T00:00:00", "2019-12-31T23:59:59")), "date taken contradicts itself"),
        (Filters(pages=Range(7, 3)), "from 7 to 3"),
        (Filters(size=Range(1000, 10)), "size contradicts itself"),
        (Filters(kinds=(Kind.IMAGE,), pages=Range(1, None)), "kind image and a page number"),
        (Filters(kinds=(Kind.PAGE, Kind.PASSAGE), tags=("dog",)), "kind page or passage and a tag"),
        (Filters(taken=Range("2019", None), pages=Range(1, None)), "a page number and a date taken"),
        (Filters(pages=Range(None, 0)), "count from 1"),
        (Filters(tags=(" ",)), "without a name"),
    ],
)
def test_contradictions_are_named(filters: Filters, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        check(filters)


def test_an_unknown_tag_names_those_near_it(catalogue: Catalogue) -> None:
    with pytest.raises(InvalidInput, match=r"tag 'dgo'\. Tags near it: dog"):
        catalogue.allowed(Filters(tags=("dgo",)))
    with pytest.raises(InvalidInput, match=r"Tags near it: dog house"):
        catalogue.allowed(Filters(tags=("house",)))
    with pytest.raises(InvalidInput, match="Common tags here"):
        catalogue.allowed(Filters(tags=("zebra crossing",)))
    assert catalogue.allowed(Filters(tags=("DOG  House",))).any()


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2019", "2019-01-01T00:00:00", "2019-12-31T23:59:59"),
        ("2020-02", "2020-02-01T00:00:00", "2020-02-29T23:59:59"),
        (" 2021-5-4 ", "2021-05-04T00:00:00", "2021-05-04T23:59:59"),
        ("2021-05-04 17:30", "2021-05-04T17:30:00", "2021-05-04T17:30:59"),
        ("9999-12", "9999-12-01T00:00:00", "9999-12-31T23:59:59"),
    ],
)
def test_dates(period: str, first: str, last: str) -> None:
    assert (first_moment(period), last_moment(period)) == (first, last)


@pytest.mark.parametrize("period", ["", "May", "2019-13", "2019-02-30", "19", "2019-05-04-01", "0000", ATTACK])
def test_what_is_no_date_is_refused(period: str) -> None:
    with pytest.raises(InvalidInput, match="2019-05-04"):
        first_moment(period)
