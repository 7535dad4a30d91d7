"""Files that are meant to hurt, on their whole way in: a sentence at its place, little time and memory, nothing half-written."""

import io
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import xlsxwriter

from keystead.data.models import Account, Deal, Import, ImportRow
from keystead.domain.exchange import telling
from tests.domain.exchange.files import text_file, xlsx_file
from tests.domain.exchange.importing import bring_in, commit, counts, facts, problems, read
from tests.domain.exchange.test_reading_workbooks import bomb
from tests.support.world import World, account

MEBI = 1 << 20


@contextmanager
def bounded(*, seconds: float, mebi: int) -> Iterator[None]:
    """Fails when the block takes longer, or makes this process more than that much larger at its largest."""
    status = Path("/proc/self/status")
    can_measure = status.exists()
    if can_measure:
        Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from now
        before = _kib("VmRSS")
    begun = time.process_time()
    yield
    assert time.process_time() - begun < seconds
    if can_measure:
        assert (_kib("VmHWM") - before) / 1024 < mebi


def _kib(name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1])


def told(job: Import) -> str:
    assert job.state == "failed", (job.state, problems(job))
    return telling.failure_sentence(job)


def one_line(size: int) -> bytes:
    return b"Account,Sector\nAurelia," + b"x" * size


def open_quote(size: int) -> bytes:
    return b'Account,Sector\nAurelia,"' + b"x,y\n" * (size // 4)


def columns(number: int) -> bytes:
    return b",".join(b"c%d" % index for index in range(number)) + b"\n" + b"," * (number - 1) + b"\n"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (one_line(50 * MEBI), "Line 2 is longer than 4,194,304 characters. This does not look like a table."),
        (b"x" * (50 * MEBI), "Line 1 is longer than 4,194,304 characters. This does not look like a table."),
        (open_quote(50 * MEBI), "A quotation mark opens at row 2 and is never closed. Close it or remove it."),
        (columns(2_000_000), "The file has more than 500 columns."),
        (b"\0" * (20 * MEBI), None),
        (b"\n" * (20 * MEBI), "The file is empty."),
        (b"%PDF-1.7\n" + b"stream" * 1000, "This is not a table but a file of the type PDF. Save it as CSV or XLSX."),
        (b"\x89PNG\r\n\x1a\n" + b"\0\1" * 5000, "This is not a table but a file of the type PNG. Save it as CSV or XLSX."),
        (b"<html><body><table><tr><td>Account</td></tr></table>", None),
        (b"PK\x03\x04" + b"\xff" * 5000, None),
    ],
    ids=[
        "50 MB line",
        "50 MB first line",
        "open quote",
        "2 million columns",
        "zeros",
        "blank lines",
        "PDF",
        "PNG",
        "HTML",
        "ZIP",
    ],
)
def test_a_file_that_is_no_table_is_one_sentence_and_leaves_nothing(world: World, content: bytes, sentence: str | None) -> None:
    with world.inside():
        before = facts()
        with bounded(seconds=15, mebi=200):
            job = read(world.olga, "accounts", content, name="accounts.xlsx")
        said = told(job)
        assert sentence is None or re.sub(r"\W", "", said) == re.sub(r"\W", "", sentence)
        assert said.endswith(".")
        assert not ImportRow.objects.filter(job=job).exists()
        assert facts() == before


def test_a_workbook_of_gigabytes_is_not_opened(world: World, tmp_path: Path) -> None:
    content = bomb(tmp_path, 1100 * MEBI).read_bytes()
    assert len(content) < 2 * MEBI
    with world.inside(), bounded(seconds=5, mebi=50):
        job = read(world.olga, "accounts", content, name="accounts.xlsx")
        assert "unpack" in told(job)


def test_a_workbook_with_one_cell_at_the_far_corner_hurts_nobody(world: World, tmp_path: Path) -> None:
    path = tmp_path / "corner.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write(0, 0, "Account")
        book.worksheets()[0].write(1_048_575, 16_383, "far")
    with world.inside(), bounded(seconds=5, mebi=100):
        job = read(world.olga, "accounts", path.read_bytes(), name="accounts.xlsx")
        assert "too large once unpacked" in told(job)


def test_formulas_are_texts_here_and_go_out_inert(world: World, tmp_path: Path) -> None:
    evil = ["=cmd|'/C calc'!A0", "+SUM(1)", "@SUM(1)", "-2+3", '=HYPERLINK("http://x.example")']
    with world.inside():
        path = xlsx_file(tmp_path, ("S", [["Account", "Employees"], *[["'" + text, "many"] for text in evil]]))
        mapping = {"Account": "name", "Employees": "employees"}
        job = read(world.olga, "accounts", path.read_bytes(), name="a.xlsx", mapping=mapping)
        assert [row for row, _column, _code in problems(job)] == [2, 3, 4, 5, 6]
        sent = "".join(telling.error_chunks(job=job))
        cells = [line.split(",")[0].strip('"') for line in sent.splitlines()[1:]]
        assert all(not cell.startswith(("=", "+", "-", "@")) for cell in cells)
        bring_in(world.olga, "accounts", "Account\n" + "\n".join(f'"{text.replace(chr(34), chr(34) * 2)}"' for text in evil))
        assert set(Account.objects.values_list("name", flat=True)) == set(evil)


def test_nul_and_wrong_bytes_are_told_at_their_row_and_column(world: World) -> None:
    with world.inside():
        job = read(world.olga, "accounts", b"Account,Sector\nAur\0elia,Food\nS\xc3\xa3o Jo\xc3\xa3o,Caf\xe9\nBrasilux,Energy\n")
        assert problems(job) == [(2, "Account", "nul_byte"), (3, "Sector", "bad_encoding")]
        commit(world.olga, job)
        assert list(Account.objects.values_list("name", flat=True)) == ["Brasilux"]


def test_a_circle_in_the_tree_is_told_at_each_of_its_rows(world: World) -> None:
    with world.inside():
        job = bring_in(
            world.olga, "accounts", "Account ID,Account,Parent account\nA,Aurelia,B\nB,Brasilux,C\nC,Corvina,A\nD,Delta,\n"
        )
        assert problems(job) == [(row, "Parent account", "circle") for row in (2, 3, 4)]
        assert list(Account.objects.values_list("name", flat=True)) == ["Delta"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1.234,56", "1234.56"), ("1,234.56", "1234.56"), ("1 234,56", "1234.56"), ("1'234.56", "1234.56"),
        ("1.234.567", "1234567"), ("12,5", None), ("1.234,56,78", None), ("1..2", None), ("1e400", None),
        ("∞", None), ("٣", None), ("=1+1", None), ("9" * 40, None),
    ],
)  # fmt: skip
def test_a_number_written_for_another_country_is_read_right_or_told_never_read_wrong(
    world: World, cell: str, expected: str | None
) -> None:
    with world.inside():
        account("Aurelia", owner=world.olga)
        mapping = {"Opportunity ID": "external_id", "Deal": "name", "Account": "account", "Amount": "amount"}
        text = f'{";".join(mapping)}\nD-1;Drills;Aurelia;"{cell}"\n'
        job = read(world.olga, "deals", text, locale="en", mapping=mapping)
        if problems(job):
            assert [(row, column) for row, column, _code in problems(job)] == [(2, "Amount")], problems(job)
            assert telling.job_view(job)["problems"][0]["message"]
            commit(world.olga, job)
            assert not Deal.objects.exists()
            return
        commit(world.olga, job)
        assert str(Deal.objects.get().amount.normalize()) == (expected or "12.5")  # type: ignore[union-attr]


@pytest.mark.parametrize("day", ["31/02/2026", "2026-02-30", "29/02/2025", "00/01/2026", "32/01/2026", "9999-99-99"])
def test_a_day_that_does_not_exist_is_told_at_its_row_and_column(world: World, day: str) -> None:
    with world.inside():
        account("Aurelia", owner=world.olga)
        job = read(
            world.olga,
            "deals",
            f"Opportunity ID,Deal,Account,Close date\nD-1,Drills,Aurelia,{day}\nD-2,Bits,Aurelia,30/01/2026\n",
        )
        (problem,) = telling.job_view(job)["problems"]
        assert (problem["row"], problem["column"]) == (2, "Close date")
        assert day in problem["message"]


def test_a_deal_that_refers_to_nothing_is_told_with_what_it_names(world: World) -> None:
    with world.inside():
        account("Aurelia", owner=world.olga)
        rows = "D-1,Drills,Nowhere Ltd,Olga Owner\nD-2,Bits,Aurelia,Nobody Known\nD-3,Nuts,Aurelia,Olga Owner\n"
        job = bring_in(world.olga, "deals", f"Opportunity ID,Deal,Account,Owner\n{rows}")
        assert problems(job) == [(2, "Account", "unknown_account"), (3, "Owner", "unknown_member")]
        said = [problem["message"] for problem in telling.job_view(job)["problems"]]
        assert ["Nowhere Ltd" in said[0], "Nobody Known" in said[1]] == [True, True]
        assert list(Deal.objects.values_list("external_id", flat=True)) == ["D-3"]


def test_scripts_long_texts_other_directions_and_emoji_come_in_as_they_are(world: World) -> None:
    names = [
        "<script>alert(1)</script>",
        "שלום עולם",
        "مرحبا",
        "👩🏽‍🚀 Rocket",
        "Ã¶",
        "{{ 7*7 }}",
        "'; DROP TABLE deal;--",
        "z̷̢̛" * 20,
    ]
    with world.inside():
        text = io.StringIO()
        text.write("Account\n")
        text.writelines(f'"{name}"\n' for name in names)
        job = bring_in(world.olga, "accounts", text.getvalue())
        assert counts(job) == (len(names), 0, 0, 0)
        assert set(Account.objects.values_list("name", flat=True)) == set(names)


def test_a_text_that_is_too_long_is_told_and_its_row_left_out(world: World) -> None:
    with world.inside():
        job = bring_in(world.olga, "accounts", f"Account,Sector\n{'A' * 301},Food\nBrasilux,{'B' * 40_000}\nCorvina,Food\n")
        assert {(row, column) for row, column, _code in problems(job)} == {(2, "Account"), (3, "Sector")}
        assert list(Account.objects.values_list("name", flat=True)) == ["Corvina"]


def test_a_file_on_disk_is_closed_and_gone_whatever_it_was(world: World, tmp_path: Path) -> None:
    with world.inside():
        path = text_file(tmp_path, one_line(5 * MEBI))
        before = set(Path("/proc/self/fd").iterdir()) if Path("/proc/self/fd").exists() else set()
        read(world.olga, "accounts", path.read_bytes())
        after = set(Path("/proc/self/fd").iterdir()) if Path("/proc/self/fd").exists() else set()
        assert len(after) <= len(before)
