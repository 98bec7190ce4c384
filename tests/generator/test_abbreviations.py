"""Abbreviations are spelled out where they are ones."""

from __future__ import annotations

import pytest

from generator.abbreviations import spelled_out


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Art. no.: HB-9216; Qty: 3", "article number: HB-9216; quantity: 3"),
        ("Invoice No: 12", "Invoice number: 12"),
        ("room no. 5", "room number 5"),
        ("Art.-Nr.: 4", "Artikelnummer: 4"),
        ("Rechnung Nr. 17", "Rechnung Nummer 17"),
        ("Facture n\u00b0 8; Qt\u00e9: 2", "Facture num\u00e9ro 8; quantit\u00e9: 2"),
        ("Tel.: 0555 711", "telephone: 0555 711"),
        ("Art. no. Plant Sold as Price", "article number Plant Sold as Price"),
        ("Is it open? No.", "Is it open? No."),
        ("He says no. The door is shut.", "He says no. The door is shut."),
        ("There is no lift.", "There is no lift."),
        ("No, nothing of the sort.", "No, nothing of the sort."),
        ("a hotel in Tel Aviv, modern art", "a hotel in Tel Aviv, modern art"),
    ],
)
def test_spelled_out(text: str, whole: str) -> None:
    assert spelled_out(text) == whole
