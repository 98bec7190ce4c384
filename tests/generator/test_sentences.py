"""How text is cut into sentences, list items and table rows."""

from __future__ import annotations

import pytest

from generator.sentences import item_sentences, read_sentences, split_sentences
from store.records import Item, Kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained. We stayed.", ["It rained.", "We stayed."]),
        ("Dr. Mary Hollis of 4 Quay St. agrees. Yes.", ["Dr. Mary Hollis of 4 Quay St. agrees.", "Yes."]),
        ("It is 3.5 km long. See p. 12 for a map.", ["It is 3.5 km long.", "See p. 12 for a map."]),
        ("Rated power is 230 V. It hums.", ["Rated power is 230 V.", "It hums."]),
        ("J. Smith came, e.g. by boat. Why? Nobody knows!", ["J. Smith came, e.g. by boat.", "Why?", "Nobody knows!"]),
        (
            "She said \u201cGo. Now.\u201d and went. He stayed.",
            ["She said \u201cGo. Now.\u201d and went.", "He stayed."],
        ),
        (
            "\u6e2f\u53e3\u5f88\u5927\u3002\u8239\u5f88\u591a\u3002",
            ["\u6e2f\u53e3\u5f88\u5927\u3002", "\u8239\u5f88\u591a\u3002"],
        ),
        (
            "Am 5. Mai 2023 kam er. Das war im 19. Jahrhundert.",
            ["Am 5. Mai 2023 kam er.", "Das war im 19. Jahrhundert."],
        ),
        ("Es kostet 3 Mio. Euro. Wir zahlen.", ["Es kostet 3 Mio. Euro.", "Wir zahlen."]),
        ("Kosten (Mio. Euro): 12. Danach Ende.", ["Kosten (Mio. Euro): 12.", "Danach Ende."]),
        (
            "It (as in Fig. A. Mostly) grows. (It is big. Very.) Yes.",
            [
                "It (as in Fig. A. Mostly) grows.",
                "(It is big. Very.)",
                "Yes.",
            ],
        ),
        (
            "Im 3. Quartal 2024 stieg er. Im 4. Quartal fiel er.",
            ["Im 3. Quartal 2024 stieg er.", "Im 4. Quartal fiel er."],
        ),
        ("Es gab 12. Danach war Ruhe.", ["Es gab 12.", "Danach war Ruhe."]),
        (
            "Nach Abs. 2 der Hauptstr. 5, v. Chr. und i. d. R. am Fr. 9 Uhr. Ja.",
            ["Nach Abs. 2 der Hauptstr. 5, v. Chr. und i. d. R. am Fr. 9 Uhr.", "Ja."],
        ),
        (
            "Signed by the U.S. President. It was made in the U.S. The rest was not.",
            ["Signed by the U.S. President.", "It was made in the U.S.", "The rest was not."],
        ),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert split_sentences(text) == expected


def test_lines_of_a_paragraph_are_joined_and_hyphens_undone() -> None:
    text = (
        "Rules of the harbour\nShips must re-\nport to the office before they\nleave. The tide is strong.\n"
        "\u2022 Fly a flag\n\u2022 Sound a horn"
    )
    assert [sentence.text for sentence in read_sentences(text)] == [
        "Rules of the harbour",
        "Ships must report to the office before they leave.",
        "The tide is strong.",
        "Fly a flag",
        "Sound a horn",
    ]


def test_a_date_in_german_is_no_item_of_a_list() -> None:
    text = "Beginn:\n5. Mai 2023 um 9 Uhr."
    assert [sentence.text for sentence in read_sentences(text)][-1].endswith("5. Mai 2023 um 9 Uhr.")


def test_a_sentence_knows_its_heading_and_what_its_pronoun_points_to() -> None:
    title, first, second = read_sentences("The mill\nA miller built the mill. It burned down.")
    assert title.heading
    assert (first.context, first.before) == ("The mill", "")
    assert (second.context, second.before) == ("The mill", "A miller built the mill.")


def test_a_question_is_a_heading_of_what_answers_it() -> None:
    assert [sentence.heading for sentence in read_sentences("Why is it flat?\nThe starter was weak.")] == [True, False]


@pytest.mark.parametrize(
    "text",
    [
        "Year\nShips\nCrew\n2021\n980\n31\n2022\n1,041\n33",
        "Year | Ships | Crew\n--- | --- | ---\n2021 | 980 | 31\n2022 | 1,041 | 33",
        "Year  Ships  Crew\n2021  980  31\n2022  1,041  33",
        "Year\tShips\tCrew\n2021\t980\t31\n2022\t1,041\t33",
    ],
)
def test_table_rows_carry_their_column_names(text: str) -> None:
    first, second = read_sentences(text)
    assert (first.text, first.quote) == ("Year: 2021; Ships: 980; Crew: 31", "2021 980 31")
    assert second.text == "Year: 2022; Ships: 1,041; Crew: 33"


def test_rows_parted_by_single_blanks_stand_behind_their_header() -> None:
    sentences = read_sentences("Bolt Torque (Nm)\nSeat clamp 7\nPedal 35\nGrease the thread.")
    assert [sentence.text for sentence in sentences] == [
        "Bolt Torque (Nm): Seat clamp 7",
        "Bolt Torque (Nm): Pedal 35",
        "Grease the thread.",
    ]
    assert sentences[0].quote == "Seat clamp 7"


def test_years_at_the_head_of_columns_name_them() -> None:
    rows = read_sentences("Cargo 2023 2024\nTimber 170,400 186,900\nFish 9,100 9,840")
    assert rows[0].text == "Cargo: Timber; 2023: 170,400; 2024: 186,900"


def test_short_lines_of_prose_are_no_table() -> None:
    assert [sentence.text for sentence in read_sentences("The Old Mill\nA walk\nTake the path.")] == [
        "The Old Mill",
        "A walk",
        "Take the path.",
    ]


def test_the_rows_of_a_known_table_are_quoted_with_their_names() -> None:
    table = {"caption": "Table 2: Revenue", "header": ["Country", "2023"], "lines": ["Country: Peru; 2023: 81"]}
    item = Item("1", Kind.PASSAGE, "2", text="Table 2: Revenue\nCountry: Peru; 2023: 81", attributes={"table": table})
    [row] = [sentence for sentence in item_sentences(item) if sentence.is_row]
    assert row.quote == row.text == "Country: Peru; 2023: 81"
    assert row.quote in item.text
    assert row.context == "Table 2: Revenue Country 2023"


def test_what_is_filled_in_in_a_form_is_no_header() -> None:
    text = "Full name: Ann Bell\nDate of birth: 22 December 1987\nTelephone: 0555 430561\nCategory: Family"
    assert [sentence.quote for sentence in read_sentences(text)] == text.splitlines()
