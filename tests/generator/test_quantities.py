"""Equal quantities are equal in whatever notation."""

from __future__ import annotations

import pytest

from generator.quantities import pool, quantities


def stands(claim: str, evidence: str) -> bool:
    available = pool(evidence)
    return all(quantity.stands_in(available) for quantity in quantities(claim))


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("1200", "1,200"),
        ("1 200", "1,200"),
        ("1,200", "1\u202f200"),
        ("1.200 kg", "1200 kilograms"),
        ("3.5 %", "3.5 per cent of 3,5 percent"),
        ("12 March 2023", "2023-03-12"),
        ("March 12, 2023", "on the 12th of March 2023"),
        ("2023", "12 March 2023"),
        ("4 May", "4 May 1879"),
        ("le 3 ao\u00fbt 2024", "2024-08-03"),
        ("1er f\u00e9vrier", "1 February"),
        ("12 juil. 2021", "12 July 2021"),
        ("2:30 pm", "at 14:30"),
        ("12 days", "twelve days"),
        ("1.2 million", "1,200,000"),
        ("$5", "5 dollars"),
        ("9.5 l", "9.5 litres"),
        ("300", "12 300"),
        ("1.5 kg", "1\u00bd kg"),
        ("1.5 litres", "1 1/2 l"),
        ("0.75", "\u00be of the bag"),
        ("2\u00bd hours", "two and a half hours"),
        ("3.5", "size 3 1/2"),
    ],
)
def test_the_same_quantity(claim: str, evidence: str) -> None:
    assert stands(claim, evidence)


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("1200", "1,300"),
        ("204", "1,204"),
        ("12 %", "12 km"),
        ("5 kg", "5 g"),
        ("$5", "\u00a35"),
        ("12 March 2023", "12 May 2023"),
        ("12 juin 2023", "12 July 2023"),
        ("4 May 1880", "4 May 1879"),
        ("2:30 am", "14:30"),
        ("84", "eighty"),
        ("1 kg", "1\u00bd kg"),
        ("1", "1\u00bd eggs"),
        ("2\u00bd", "2\u00bc"),
        ("11/2", "1.5"),
    ],
)
def test_another_quantity(claim: str, evidence: str) -> None:
    assert not stands(claim, evidence)


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("1.2 km", "1,200 metres"),
        ("three and a half hours", "210 min"),
        ("half an hour", "30 minutes"),
        ("half a year", "six months"),
        ("a decade", "ten years"),
        ("14/03/2024", "14 March 2024"),
        ("03/14/2024", "14 March 2024"),
        ("01.04.2024", "1. April 2024"),
        ("17.06.2023", "17. Juni 2023"),
        ("12/3", "12 March 2024"),
        ("about 412,000 tonnes", "412,600 tonnes"),
        ("more than 412,000", "412,600"),
        ("nearly 413,000", "412,600"),
        ("around £444", "£444.30"),
        ("140 people", "one hundred and forty people"),
        ("a quarter past nine in the morning", "09:15"),
        ("noon", "12:00"),
        ("19:00", "19 Uhr"),
        ("50 percent", "Half of the readers"),
        ("4.8 km", "3 miles"),
        ("22 °C", "22 degrees"),
    ],
)
def test_the_same_in_other_units_and_words(claim: str, evidence: str) -> None:
    assert stands(claim, evidence)


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("1.3 km", "1,200 metres"),
        ("413,000", "412,600"),
        ("more than 413,000", "412,600"),
        ("about 450", "412"),
        ("nearly 400", "412"),
        ("12.04.2024", "4 December 2024"),
        ("half past nine", "09:15"),
        ("150 people", "one hundred and forty people"),
        ("two weeks", "two months"),
    ],
)
def test_not_the_same_in_other_units_and_words(claim: str, evidence: str) -> None:
    assert not stands(claim, evidence)


@pytest.mark.parametrize(
    ("claim", "evidence", "is_said"),
    [
        ("It was 12 \u00b0C.", "It was -12 \u00b0C.", False),
        ("It was minus 12 degrees.", "It was \u221212 \u00b0C.", True),
        ("It was 12 degrees below zero.", "It was -12 \u00b0C.", True),
        ("10-20 kg", "10 to 20 kg", True),
        ("It fell by 5 %.", "Change: -5 %", True),
        ("It rose by 5 %.", "Change: -5 %", False),
        ("3,5 Mrd. Euro", "3,5 Mio. Euro", False),
        ("3.5 million euros", "3,5 Mio. Euro", True),
        ("5 million dollars", "$5m", True),
        ("$5", "$5m", False),
        ("1 234,90 \u20ac", "1 234,50 \u20ac", False),
        ("12 Besucher", "12.000 Besucher", False),
        ("5 L\u0130TRE", "5 litres", True),
        ("um 9.30 Uhr", "von 9.30 bis 17.00 Uhr", True),
        ("at 9 am", "from 9 to 11 am", True),
        ("14:30", "14h30", True),
        ("14h30", "14h45", False),
        ("12 am Sonntag", "12 Besucher am Sonntag", True),
    ],
)
def test_signs_scales_and_ranges(claim: str, evidence: str, is_said: bool) -> None:
    assert stands(claim, evidence) == is_said
