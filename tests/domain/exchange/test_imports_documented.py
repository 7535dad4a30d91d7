"""docs/reference/import.md names every code and every option: what a client may meet is written down."""

import re
from pathlib import Path

from keystead.domain.exchange.fields import KINDS
from keystead.domain.exchange.keys import key_fields
from keystead.domain.exchange.options import OPTIONS
from keystead.domain.exchange.problems.sentences import SENTENCES
from keystead.domain.exchange.reading.limits import LIMITS

PAGE = (Path(__file__).parents[3] / "docs/reference/import.md").read_text()


def test_every_code_of_a_problem_is_documented() -> None:
    named = set(re.findall(r"`(\w+)`", PAGE.partition("## Codes")[2]))
    assert set(SENTENCES) - named == set()


def test_every_option_is_documented() -> None:
    section = PAGE.partition("## Options")[2].partition("##")[0]
    assert OPTIONS - set(re.findall(r"`(\w+)`", section)) == set()


def test_the_limits_are_those_that_are_documented() -> None:
    for limit in (LIMITS.rows, LIMITS.columns, LIMITS.cell_characters):
        assert f"{limit:,}" in PAGE


def test_the_fields_of_keys_are_documented() -> None:
    section = PAGE.partition("The fields that keys can be made of")[2].partition("`adopt`, by kind")[0]
    told = {kind: set(re.findall(r"`(\w+)`", fields)) for kind, fields in re.findall(r"\| (\w+) \| (`.*) \|", section)}
    assert told == {kind: set(key_fields(kind)) for kind in KINDS}
