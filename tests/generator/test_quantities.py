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
        ("2:30 pm", "at 14:30"),
        ("12 days", "twelve days"),
        ("1.2 million", "1,200,000"),
        ("$5", "5 dollars"),
        ("9.5 l", "9.5 litres"),
        ("300", "12 300"),
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
        ("4 May 1880", "4 May 1879"),
        ("2:30 am", "14:30"),
        ("84", "eighty"),
    ],
)
def test_another_quantity(claim: str, evidence: str) -> None:
    assert not stands(claim, evidence)
