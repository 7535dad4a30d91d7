"""Workbooks as tables, and workbooks made to do harm."""

import datetime as dt
import io
import json
import resource
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import python_calamine
import xlsxwriter

from keystead.domain.exchange.parsing.detecting import columns_facts
from keystead.domain.exchange.parsing.plan import make_plan
from keystead.domain.exchange.parsing.rows import parse_rows
from keystead.domain.exchange.problems.codes import CannotRead
from keystead.domain.exchange.reading import opener
from keystead.domain.exchange.reading.limits import LIMITS, Limits
from keystead.domain.exchange.reading.table import open_table
from tests.domain.exchange.files import ods_file, text_file, xls_file, xlsx_file


def cells(path: Path, **options: Any) -> list[list[str]]:
    return [row.cells for batch in open_table(path, **options).rows() for row in batch]


def test_a_sheet_reads_as_plain_text(tmp_path: Path) -> None:
    path = xlsx_file(
        tmp_path,
        ("Deals", [
            ["Name", "Amount", "Closed", "Signed", "Won", "Share"],
            ["Acme", 1054.0, dt.date(2024, 5, 1), dt.datetime.fromisoformat("2024-05-01 13:30"), True, 0.1 + 0.2],
            ["Bolt", 1e20, dt.time(9, 5), "", False, 1234.5],
        ]),
    )  # fmt: skip
    assert cells(path) == [
        ["Acme", "1054", "2024-05-01", "2024-05-01 13:30:00", "true", "0.3"],
        ["Bolt", "100000000000000000000", "09:05:00", "", "false", "1234.5"],
    ]


def test_a_formula_is_the_result_it_had_and_nothing_runs(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Name", "Amount"])
        sheet.write_formula(1, 0, '=HYPERLINK("http://evil.example","Acme")', None, "Acme")
        sheet.write_formula(1, 1, "=6*7", None, 42)
    assert cells(path) == [["Acme", "42"]]


def test_an_error_in_a_cell_is_told_and_neither_an_empty_cell_nor_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    errors = ["#REF!", "#DIV/0!", "#N/A", "#SPILL!", "#ERROR!"]
    with xlsxwriter.Workbook(path, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Name", "Amount"])
        sheet.write(1, 0, 'a <c t="e"> in words')
        for row, error in enumerate(errors, start=1):
            sheet.write_formula(row, 1, "=X", None, error)
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    for error in errors:  # the writer knows only some of them for errors
        sheet = sheet.replace(f't="str"><f>X</f><v>{error}'.encode(), f't="e"><f>X</f><v>{error}'.encode())
    assert sheet.count(b't="e"') == len(errors)
    with zipfile.ZipFile(path, "w") as book:
        for name, content in (parts | {"xl/worksheets/sheet1.xml": sheet}).items():
            book.writestr(name, content)
    assert [row[1] for row in cells(path)] == errors
    assert cells(path)[0][0] == 'a <c t="e"> in words'


def test_tags_are_found_wherever_the_pieces_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "book.xlsx"
    content = b'<x><c r="A1" t="e"><v>#REF!</v></c>' + b"long " * 20 + b'</x><c t="n"/>'
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("xl/worksheets/sheet1.xml", content)
    for piece in range(20, 60):
        monkeypatch.setattr(opener, "PIECE", piece)
        with opener.errors_as_texts(str(path)) as mended, zipfile.ZipFile(mended) as book:
            assert book.read("xl/worksheets/sheet1.xml") == content.replace(b't="e"', b't="str"')


@pytest.mark.parametrize("locale", ["en", "pt-br"])
def test_a_number_is_the_number_whatever_a_text_like_it_would_mean(tmp_path: Path, locale: str) -> None:
    lines: list[list[Any]] = [["Name", "Amount", "Id"], ["a", 1500, 1.001], ["b", 12.375, 1.002], ["c", -2.125, "1.003"]]
    path = xlsx_file(tmp_path, ("Deals", lines))
    table = open_table(path)
    rows = table.sample()
    facts = columns_facts(table.headers, [row.cells for row in rows], locale=locale)
    mapping = {"Name": "name", "Amount": "amount", "Id": "external_id"}
    plan = make_plan("deals", table.headers, mapping, facts, locale=locale, currency="BRL")
    read = [(row.values["amount"], row.values["external_id"], row.problems) for row in parse_rows(rows, plan)]
    assert read == [("1500", "1.001", ()), ("12.375", "1.002", ()), ("-2.125", "1.003", ())]


def test_sheets_are_listed_and_the_first_with_rows_is_read(tmp_path: Path) -> None:
    path = xlsx_file(
        tmp_path, ("Cover", [["Quarterly report"]]), ("Deals", [["Name"], ["Acme"]]), ("Other", [["City"], ["Rome"]])
    )
    table = open_table(path)
    assert (table.format.sheets, table.format.sheet) == (("Cover", "Deals", "Other"), "Deals")
    assert cells(path, sheet="Other") == [["Rome"]]
    with pytest.raises(CannotRead) as refused:
        open_table(path, sheet="Nope")
    assert refused.value.message == "The workbook has no sheet named “Nope”. It has: Cover, Deals, Other."


def test_a_cover_before_the_table_is_passed_over_and_a_list_of_names_alone_is_read(tmp_path: Path) -> None:
    cover = [["Relatório de pedidos"], ["Confidencial"], ["Gerado em 22/11/2026"]]
    path = xlsx_file(tmp_path, ("Leia-me", cover), ("Pedidos", [["Cliente", "Valor"], ["Aurelia", 5]]))
    assert (open_table(path).format.sheet, open_table(path).headers) == ("Pedidos", ("Cliente", "Valor"))
    names = xlsx_file(tmp_path, ("Empty", []), ("Names", [["Name"], ["Aurelia"]]))
    assert open_table(names).format.sheet == "Names"


def test_a_hidden_sheet_is_not_offered(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        shown, hidden = book.add_worksheet("Shown"), book.add_worksheet("Hidden")
        for sheet in (shown, hidden):
            sheet.write_column(0, 0, ["Name", "Acme"])
        hidden.hide()
    assert open_table(path).format.sheets == ("Shown",)


def test_two_header_lines_with_merged_cells_give_one_name_per_column(tmp_path: Path) -> None:
    path = xlsx_file(
        tmp_path,
        ("Deals", [
            ["Deals of the year"], [],
            ["Account", "Deal", "", "Owner"],
            ["", "Amount", "Date", ""],
            ["Acme", 1, "2024-01-01", "Ana"],
            ["", 2, "2024-01-02", "Bob"],
            ["Bolt", 3, "2024-01-03", "Ana"],
        ]),
        merged=("A3:A4", "B3:C3", "D3:D4", "A5:A6"),
    )  # fmt: skip
    table = open_table(path)
    assert (table.format.header_row, table.headers) == (4, ("Account", "Amount", "Date", "Owner"))
    assert [row[0] for row in cells(path)] == ["Acme", "Acme", "Bolt"]


def test_a_table_that_begins_in_the_middle_of_a_sheet_keeps_its_row_numbers(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row("C5", ["Name", "City"])
        sheet.write_row("C7", ["Acme", "Rome"])
    table = open_table(path)
    assert table.headers == ("[A]", "[B]", "Name", "City")
    assert [(row.number, row.cells) for row in table.sample()] == [(7, ["", "", "Acme", "Rome"])]


def test_a_note_beside_the_table_is_not_a_broken_row(tmp_path: Path) -> None:
    rows = [["Name", "City"], *[["Acme", "Rome"]] * 60]
    path = xlsx_file(tmp_path, ("S", [*rows, ["Bolt", "Oslo", "", "ask Ana"]]))
    assert [row.problems for row in open_table(path).sample()] == [()] * 61


def test_an_old_workbook_and_an_open_document_read_the_same(tmp_path: Path) -> None:
    rows = [["Nome", "Cidade"], ["Açúcar União", "São Paulo"]]
    assert cells(ods_file(tmp_path, rows)) == [["Açúcar União", "São Paulo"]]
    assert cells(xls_file(tmp_path, [["Nome", "Valor"], ["Açúcar União", 1054.0]])) == [["Açúcar União", "1054"]]
    assert open_table(tmp_path / "book.ods", name="contas.ods").format.remarks == ()


def test_a_workbook_named_csv_is_read_and_remarked(tmp_path: Path) -> None:
    table = open_table(xlsx_file(tmp_path, ("S", [["Name"], ["Acme"]])), name="accounts.csv")
    assert [p.code for p in table.format.remarks] == ["not_its_name"]


def test_an_empty_sheet_says_so(tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match="sheet_empty"):
        open_table(xlsx_file(tmp_path, ("S", [])))


def test_more_columns_than_allowed_are_refused(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, ("S", [[f"c{i}" for i in range(600)], ["x"] * 600]))
    with pytest.raises(CannotRead, match="too_many_columns"):
        open_table(path)


def bomb(folder: Path, size: int) -> Path:
    path = folder / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _piece in range(size >> 20):
                sheet.write(b" " * (1 << 20))
    return path


def test_a_workbook_that_unpacks_to_far_too_much_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "Popen", None)  # nothing may even start
    with pytest.raises(CannotRead, match="workbook_suspicious"):
        open_table(bomb(tmp_path, 64 << 20))
    with pytest.raises(CannotRead, match="workbook_too_large"):
        open_table(bomb(tmp_path, 64 << 20), limits=Limits(unpacked_bytes=32 << 20))


def test_parts_that_overlap_or_are_too_many_are_not_opened(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, ("S", [["Name"], ["Acme"]]))
    with pytest.raises(CannotRead, match="workbook_suspicious"):
        open_table(path, limits=Limits(members=3))
    packed = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        sizes = [member.compress_size for member in archive.infolist()]
    at = packed.rindex(b"PK\x01\x02")  # the last entry of the directory claims more than the whole file
    path.write_bytes(packed[: at + 20] + (len(packed) + sum(sizes)).to_bytes(4, "little") + packed[at + 24 :])
    with pytest.raises(CannotRead, match=r"workbook_suspicious|workbook_broken"):
        open_table(path)


def test_one_cell_at_the_far_corner_kills_another_process_and_not_this_one(tmp_path: Path) -> None:
    path = tmp_path / "corner.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "Name")
        sheet.write(1_048_575, 16_383, "far")
    with pytest.raises(CannotRead) as refused:
        open_table(path)
    assert refused.value.code == "workbook_too_large"


@pytest.mark.parametrize("keep", [0.3, 0.7])
def test_a_damaged_workbook_is_refused(tmp_path: Path, keep: float) -> None:
    path = xls_file(tmp_path, [["Name"], ["Acme"]])
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(CannotRead, match=r"workbook_broken|sheet_empty"):
        open_table(path)


def test_another_office_file_and_a_bare_archive_are_named(tmp_path: Path) -> None:
    for member, found in (("word/document.xml", "DOCX"), ("ppt/presentation.xml", "PPTX"), ("readme.txt", "ZIP")):
        path = tmp_path / "file.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(member, "x")
        with pytest.raises(CannotRead) as refused:
            open_table(path)
        assert refused.value.params == {"found": found}


def test_an_xlsx_whose_inside_is_nonsense_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "file.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "not xml at all <")
    with pytest.raises(CannotRead, match="workbook_broken"):
        open_table(path)


def test_a_process_that_ends_without_a_word_is_a_broken_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = text_file(tmp_path, "print()", name="silent.py")
    monkeypatch.setattr(opener, "__file__", str(text_file(tmp_path, "pass", name="quiet.py")))
    with pytest.raises(CannotRead, match="workbook_broken"):
        open_table(xlsx_file(tmp_path, ("S", [["Name"], ["Acme"]])))
    silent.write_text("import sys; sys.stdout.write('{\"she')")
    monkeypatch.setattr(opener, "__file__", str(silent))
    with pytest.raises(CannotRead, match="workbook_broken"):
        open_table(xlsx_file(tmp_path, ("S", [["Name"], ["Acme"]])))


def said(path: Path, sheet: str = "") -> list[Any]:
    out = io.StringIO()
    opener.main([str(path), sheet, "0", "0", str(LIMITS.columns)], out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_the_reading_process_says_sheets_rows_and_end(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, ("S", [["Name"], *[["Acme"]] * 600]))
    about, first, second, end = said(path)
    assert about == {"sheets": ["S"], "sheet": "S"}
    assert (len(first), len(second), end) == (500, 101, {"end": 601})
    assert said(path, "T") == [{"error": "sheet_unknown", "sheet": "T", "sheets": "S"}]
    assert said(xlsx_file(tmp_path, ("S", []))) == [{"sheets": ["S"], "sheet": "S"}, {"end": 0}]
    assert said(text_file(tmp_path, "nonsense", name="x.xlsx")) == [{"error": "workbook_broken"}]


def test_a_protected_workbook_and_one_without_end_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_arguments: Any) -> None:
        raise python_calamine.PasswordError("locked")

    monkeypatch.setattr(opener, "_write", locked)
    assert said(tmp_path) == [{"error": "workbook_protected"}]

    def starved(*_arguments: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(opener, "_write", starved)
    assert said(tmp_path) == [{"error": "workbook_too_large"}]


def test_merged_cells_say_the_same_in_each_of_their_rows() -> None:
    rows = [["Acme", "1"], ["", "2"], ["Bolt", "3"], ["", "4"], ["", "5"]]
    filled = list(opener.filled_down(iter(rows), [(0, 1, 0), (2, 3, 0), (4, 9, 7)]))
    assert [row[0] for row in filled] == ["Acme", "Acme", "Bolt", "Bolt", ""]


def test_a_span_of_time_is_hours_minutes_and_seconds() -> None:
    assert opener.cell_text(dt.timedelta(hours=30, minutes=5, seconds=7)) == "30:05:07"
    assert opener.cell_text(12) == "12"


def test_every_kind_of_cell_is_text() -> None:
    moment = dt.datetime.fromisoformat("2024-05-01 13:30")
    values = [1054.0, 0.1 + 0.2, 1e20, True, False, moment, moment.replace(hour=0, minute=0), moment.date(), moment.time(), "x"]
    assert [opener.cell_text(value) for value in values] == [
        "1054", "0.3", "100000000000000000000", "true", "false", "2024-05-01 13:30:00", "2024-05-01",
        "2024-05-01", "13:30:00", "x",
    ]  # fmt: skip


def test_the_empty_cells_at_the_end_of_a_row_are_left_out(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, ("S", [["Name", "City"], ["Acme", ""], ["Bolt", "Oslo"]]))
    assert said(path)[1] == [["Name", "City"], ["Acme"], ["Bolt", "Oslo"]]


def test_the_reading_process_confines_itself_where_the_system_can(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(resource, "setrlimit", asked.__setitem__)
    path = xlsx_file(tmp_path, ("S", [["Name"], ["Acme"]]))
    opener.main([str(path), "", "1000", "60", "500"], io.StringIO())
    assert (asked[resource.RLIMIT_AS], asked[resource.RLIMIT_CPU]) == ((1000, 1000), (60, 60))
    monkeypatch.setitem(sys.modules, "resource", None)
    asked.clear()
    assert said(path)[-1] == {"end": 2}
    assert asked == {}


def test_a_binary_workbook_is_known_by_its_inside(tmp_path: Path) -> None:
    path = tmp_path / "file.xlsb"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.bin", b"nonsense")
    with pytest.raises(CannotRead, match="workbook_broken"):
        open_table(path)
