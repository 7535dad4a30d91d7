"""Problems as sentences, and the errors file that carries them back."""

import csv
import io
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from keystead.domain.exchange.problems.codes import BadValue, CannotRead, Problem, shown
from keystead.domain.exchange.problems.groups import problem_groups
from keystead.domain.exchange.problems.rows import inert, revive, write_problem_rows
from keystead.domain.exchange.problems.sentences import SENTENCES
from keystead.domain.exchange.reading.table import Row, open_table
from tests.domain.exchange.files import text_file
from tests.domain.exchange.importing import read
from tests.support.world import World


def test_a_problem_names_its_row_and_its_column() -> None:
    problem = Problem.of(BadValue("bad_number", "abc"), row=7, column="Amount")
    assert problem.to_json() == {
        "row": 7, "column": "Amount", "code": "bad_number", "message": "Row 7, column “Amount”: “abc” is not a number.",
    }  # fmt: skip
    assert Problem(7, None, "too_many_cells", {"found": 4, "expected": 3}).message.startswith("Row 7: the row has 4 cells")
    assert Problem(None, None, "empty_file").message == "The file is empty."


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_every_sentence_can_be_told_and_ends(code: str) -> None:
    message = CannotRead(code, value="x").message
    assert message[0] in "“" + message[0].upper()
    assert message.endswith(".")
    assert "%(" not in message


def test_a_code_of_the_future_is_told_as_it_is() -> None:
    with translation.override("en"):
        assert CannotRead("from_the_future").message == "This could not be understood (from_the_future)."


def test_a_value_is_shown_on_one_line_and_not_endlessly() -> None:
    assert shown("a\nb\0c") == "a b�c"
    assert len(shown("x" * 500)) == 80


def test_an_errors_file_can_be_mended_and_read_again(tmp_path: Path) -> None:
    headers = ["Name", "Amount", "Phone", "_row", "_problems"]
    rows = [
        Row(
            5,
            ["=cmd|' /C calc'!A0", "abc", "+55 11 3923-5555", "9", "old"],
            (Problem(5, "Amount", "bad_number", {"value": "abc"}),),
        ),
        Row(8, ["Acme", "-5", "", "", ""], (Problem(8, None, "too_many_cells", {"found": 6, "expected": 5}),), ("@extra",)),
    ]
    text = "".join(write_problem_rows(headers, rows))
    assert list(csv.reader(io.StringIO(text.removeprefix("\ufeff")))) == [
        ["Name", "Amount", "Phone", "_row", "_problems"],
        ["'=cmd|' /C calc'!A0", "abc", "'+55 11 3923-5555", "5", "Row 5, column “Amount”: “abc” is not a number."],
        ["Acme", "-5", "", "8", rows[1].problems[0].message, "'@extra"],
    ]
    table = open_table(text_file(tmp_path, text))
    assert table.is_errors_file
    first, second = table.sample()
    assert first.cells[:3] == ["=cmd|' /C calc'!A0", "abc", "+55 11 3923-5555"]
    assert [p.code for p in second.problems] == ["too_many_cells"]


def test_rows_with_the_same_problem_are_one_thing_to_mend(world: World) -> None:
    with world.inside():
        job = read(
            world.olga,
            "deals",
            "Deal,Status\nPumps,Perhaps\nDrills,Perhaps\nValves,\n",
            mapping={"Deal": "name", "Status": "status"},
        )
        (group,) = problem_groups(job=job)
    assert (group.code, group.value, group.count, group.row) == ("bad_choice", "Perhaps", 2, 2)
    assert "Perhaps" in group.message


def test_a_long_errors_file_comes_in_pieces() -> None:
    rows = (Row(number, ["x" * 1000], (Problem(number, "Name", "required"),)) for number in range(2, 202))
    pieces = list(write_problem_rows(["Name"], rows, separator=";"))
    assert len(pieces) > 2
    assert "".join(pieces).count("\r\n") == 201


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "-", "+cmd"])
def test_what_a_spreadsheet_would_run_is_made_inert(text: str) -> None:
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "+5.5", "-1,234.56", "- 5"[:1] + "5%", "Acme", "", "a=b", "'quoted'"])
def test_plain_numbers_and_words_stay_as_they_are(text: str) -> None:
    assert inert(text) == text


@given(st.text(alphabet="'=+-@\t\r5a.", max_size=8))
def test_reviving_undoes_making_inert(text: str) -> None:
    assert revive(inert(text)) == text
