"""Text files as tables: encodings, dialects, headers, broken rows and hostile files."""

import csv
import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keystead.domain.exchange.problems.codes import CannotRead
from keystead.domain.exchange.reading.dialects import Dialect
from keystead.domain.exchange.reading.encodings import Encoding
from keystead.domain.exchange.reading.limits import LIMITS, Limits
from keystead.domain.exchange.reading.table import Table, open_table
from keystead.domain.exchange.reading.text import TextFile
from tests.domain.exchange.files import text_file
from tests.support.examples import examples

DEALS = "Opportunity;Conta;Valor;Fechamento\nA-1;São João Açúcar Ltda;1.234,56;31/12/2025\nA-2;Pão & Cia;99,00;01/02/2026\n"


def all_rows(table: Table) -> list[list[str]]:
    return [row.cells for batch in table.rows() for row in batch]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "cp850", "mac_roman"]
)
def test_a_brazilian_export_reads_the_same_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    table = open_table(text_file(tmp_path, DEALS, encoding=encoding))
    assert table.headers == ("Opportunity", "Conta", "Valor", "Fechamento")
    assert all_rows(table) == [
        ["A-1", "São João Açúcar Ltda", "1.234,56", "31/12/2025"],
        ["A-2", "Pão & Cia", "99,00", "01/02/2026"],
    ]
    assert table.format.separator == ";"
    assert table.row_count == 2


def test_a_japanese_export_is_recognised_by_what_its_bytes_spell(tmp_path: Path) -> None:
    text = "会社,担当者\n" + "東京電力株式会社のお客様,田中さんと鈴木さん\n" * 30
    assert all_rows(open_table(text_file(tmp_path, text, encoding="cp932")))[0] == [
        "東京電力株式会社のお客様",
        "田中さんと鈴木さん",
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_texts_full_of_other_separators_do_not_mislead(tmp_path: Path, separator: str) -> None:
    rows = [
        ["Name", "Note", "Amount"],
        ["Acme, Inc.; London", "one, two; three | four", "1,5"],
        ["Bolt\tBros", 'says "hi", twice', "2,5"],
    ]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows(rows)
    table = open_table(text_file(tmp_path, out.getvalue()))
    assert (table.format.separator, [list(table.headers), *all_rows(table)]) == (separator, rows)


def test_a_hint_of_a_spreadsheet_decides_the_separator_and_is_not_a_row(tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, "sep=|\r\nName|City, country\r\nAcme|Paris, France\r\n"))
    assert (table.headers, all_rows(table)) == (("Name", "City, country"), [["Acme", "Paris, France"]])
    assert table.format.header_row == 2


def test_single_quotes_and_backslashes_are_quotation_too(tmp_path: Path) -> None:
    single = open_table(text_file(tmp_path, "'name','note'\n'Acme','a, b'\n'Bolt','c, d'\n"))
    assert all_rows(single) == [["Acme", "a, b"], ["Bolt", "c, d"]]
    escaped = open_table(text_file(tmp_path, '"name","note"\n"Acme","the \\"best\\", truly"\n"Bolt","x"\n'))
    assert all_rows(escaped) == [["Acme", 'the "best", truly'], ["Bolt", "x"]]


def test_an_apostrophe_is_no_quotation_mark(tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, "name,note\nO'Brien,'tis\nD'Arcy,dogs'\n"))
    assert all_rows(table) == [["O'Brien", "'tis"], ["D'Arcy", "dogs'"]]


def test_line_ends_may_be_mixed_and_cells_may_hold_them(tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, 'name,address\r\nAcme,"1 High St\nLondon"\nBolt,x\rCrane,y\r\n'))
    rows = [row for batch in table.rows() for row in batch]
    assert [row.cells for row in rows] == [["Acme", "1 High St\nLondon"], ["Bolt", "x"], ["Crane", "y"]]
    assert [row.number for row in rows] == [2, 3, 4]


def test_rows_keep_their_number_in_the_file_across_blank_ones(tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, "a,b\n1,2\n\n,,\n3,4\n"))
    assert [(row.number, row.cells) for batch in table.rows() for row in batch] == [(2, ["1", "2"]), (5, ["3", "4"])]


def test_a_title_and_a_print_date_above_the_headers_are_passed_over(tmp_path: Path) -> None:
    text = "Open deals of Acme\nPrinted,31/12/2025\n\nDeal,Account,Stage,Amount\nBig one,Acme,Won,100\nSmall one,Bolt,Lost,5\n"
    table = open_table(text_file(tmp_path, text))
    assert (table.format.header_row, table.headers) == (4, ("Deal", "Account", "Stage", "Amount"))


def test_the_header_row_can_be_told_and_can_be_missing(tmp_path: Path) -> None:
    path = text_file(tmp_path, "Acme,5\nBolt,6\n")
    assert open_table(path, header_row=0).headers == ("[A]", "[B]")
    assert all_rows(open_table(path, header_row=0)) == [["Acme", "5"], ["Bolt", "6"]]
    assert open_table(path, header_row=1).headers == ("Acme", "5")
    with pytest.raises(CannotRead, match="header_row_missing"):
        open_table(path, header_row=9)


def test_blank_and_repeated_headers_become_unique(tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, "Name,,name,Name (2),\nAcme,x,y,z,w\n"))
    assert table.headers == ("Name", "[B]", "name (2)", "Name (2) (2)", "[E]")


def test_one_column_without_any_separator_is_a_table(tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, "Name\nAcme\nBolt\n"))
    assert (table.headers, all_rows(table)) == (("Name",), [["Acme"], ["Bolt"]])


def test_a_comma_without_quotation_is_told_at_its_row_and_not_swallowed(tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, "name,city,amount\nAcme, Inc.,London,5\nBolt,Paris\n"))
    broken, short = table.sample()
    assert [(p.row, p.code, dict(p.params)) for p in broken.problems] == [(2, "too_many_cells", {"found": 4, "expected": 3})]
    assert broken.extra == ("5",)
    assert (short.cells, short.problems) == (["Bolt", "Paris", ""], ())


def test_a_nul_byte_is_told_at_its_row_and_column(tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, b"name,city\nAcme,Lon\0don\nBolt,Paris\n"))
    first, second = table.sample()
    assert [p.message for p in first.problems] == ["Row 2, column “city”: the cell contains a NUL byte, which is not text."]
    assert "\0" not in "".join(first.cells)
    assert second.problems == ()


def test_one_wrong_byte_in_a_utf8_file_is_told_at_its_row_and_column(tmp_path: Path) -> None:
    lines = "name,city\n" + "São Paulo,João\n" * 20
    table = open_table(text_file(tmp_path, lines.encode() + b"Acme,M\xfcnchen\n"))
    last = table.sample()[-1]
    assert [(p.row, p.column, p.code) for p in last.problems] == [(22, "city", "bad_encoding")]
    assert last.cells == ["Acme", "M\ufffdnchen"]
    assert [p.code for p in table.format.remarks] == ["damaged_text"]


def test_a_clean_file_may_hold_the_sign_of_a_gap(tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, "name,city\nAcme,M\ufffdnchen\n"))
    assert table.sample()[0].problems == ()


def test_the_encoding_can_be_chosen_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    path = text_file(tmp_path, "name,city\nAcme,Кёльн\n", encoding="cp1251")
    assert all_rows(open_table(path, encoding="cp1251")) == [["Acme", "Кёльн"]]
    for wrong in ("klingon", "base64", "rot13", "undefined"):
        with pytest.raises(CannotRead, match="encoding_unknown"):
            open_table(path, encoding=wrong)


def test_a_chosen_utf16_on_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotRead) as refused:
        open_table(text_file(tmp_path, "name,city\nAcme,Rome\n"), encoding="utf-16")
    assert refused.value.message == "The file is not written in the encoding utf-16."


def test_headers_that_are_years_are_headers_when_nothing_better_is_there(tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, "2019,2020,2021\n1,2,3\n4,5,6\n"))
    assert (table.headers, table.format.header_row) == (("2019", "2020", "2021"), 1)


def test_blank_cells_beyond_the_last_column_are_nothing(tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, "name,city\nAcme,Rome, ,\nBolt,Oslo\n"))
    assert [(row.problems, row.extra) for row in table.sample()] == [((), ()), ((), ())]


def test_the_wrong_chosen_encoding_is_told_cell_by_cell(tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, b"name,city\nAcme,M\xfcnchen\n"), encoding="utf-8")
    assert [p.code for p in table.sample()[0].problems] == ["bad_encoding"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\n\n \n", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        ("\ufeff\n".encode("utf-16-le"), "empty_file"),
        (b"name,city\n", "no_rows"),
        (b"name,city\n,\n\n", "no_rows"),
        (b"%PDF-1.7 ...", "not_a_table"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not_a_table"),
        (b"MZ\x90\0\x03\0\0\0", "not_a_table"),
        (b'{"accounts": []}', "not_a_table"),
        (bytes(range(256)) * 40, "not_a_table"),
        (b"\0" * 9000, "not_a_table"),
        (b"<html><table><tr><td>Acme</td></tr></table></html>", "html_not_table"),
        (b"<?xml version='1.0'?><?mso-application progid='Excel.Sheet'?>", "old_xml_workbook"),
        (b"<?xml version='1.0'?><deals/>", "not_a_table"),
        (b"<?xml version='1.0'?><!DOCTYPE html><html/>", "html_not_table"),
        (b"PK\x03\x04 and then nothing", "workbook_broken"),
    ],
)
def test_what_is_not_a_table_is_refused_with_its_reason(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(CannotRead) as refused:
        open_table(text_file(tmp_path, content))
    assert refused.value.code == code
    assert refused.value.message[0].isupper()
    assert "?" not in refused.value.message


def test_a_file_that_is_not_what_its_name_says_is_read_as_what_it_is(tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, "a\tb\n1\t2\n"), name="export.xls")
    assert all_rows(table) == [["1", "2"]]
    assert [p.message for p in table.format.remarks] == [
        "The file is named export.xls but holds CSV; it was read as what it holds."
    ]


def test_headers_that_begin_like_a_program_are_still_headers(tmp_path: Path) -> None:
    assert open_table(text_file(tmp_path, "MZ,ID3\n1,2\n")).headers == ("MZ", "ID3")


def test_two_million_columns_are_one_clear_sentence(tmp_path: Path) -> None:
    wide = ",".join(f"c{i}" for i in range(2_000_000))
    with pytest.raises(CannotRead) as refused:
        open_table(text_file(tmp_path, f"{wide}\n{wide}\n"))
    assert (refused.value.code, refused.value.params) == ("too_many_columns", {"limit": 500})


def test_fifty_megabytes_of_one_line_are_refused_in_little_memory(tmp_path: Path) -> None:
    path = text_file(tmp_path, b"x" * 50_000_000)
    tracemalloc.start()
    with pytest.raises(CannotRead, match="line_too_long"):
        open_table(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 * 1024 * 1024


def test_a_quotation_that_never_closes_names_the_row_where_it_opens(tmp_path: Path) -> None:
    with pytest.raises(CannotRead) as refused:
        open_table(text_file(tmp_path, 'name,city\nAcme,London\nBolt,"Paris\n' + "Crane,Rome\n" * 50))
    assert (refused.value.code, refused.value.params) == ("quote_never_closed", {"at": 3})
    endless = text_file(tmp_path, "name,city\n" + "Acme,London\n" * 99 + 'Bolt,"Paris\n' + "Crane,Rome\n" * 500_000)
    with pytest.raises(CannotRead, match="quote_never_closed"):
        list(open_table(endless).rows())


def test_a_cell_longer_than_a_cell_may_be_is_told_and_cut(tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, f"name,note\nAcme,{'x' * 40_000}\n"))
    (row,) = table.sample()
    assert [(p.column, p.code) for p in row.problems] == [("note", "cell_too_long")]
    assert len(row.cells[1]) == LIMITS.cell_characters


def test_more_rows_than_allowed_are_refused_when_they_are_reached(tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, "name\n" + "Acme\n" * 11), limits=Limits(rows=10))
    with pytest.raises(CannotRead, match="too_many_rows"):
        list(table.rows())


def test_rows_come_in_batches_and_can_be_read_again(tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, "name\n" + "Acme\n" * 4_500))
    assert [len(batch) for batch in table.rows()] == [2_000, 2_000, 500]
    assert sum(map(len, table.rows())) == table.row_count == 4_500
    assert len(table.sample(7)) == 7
    even = open_table(text_file(tmp_path, "name\n" + "Acme\n" * 4_000))
    assert [len(batch) for batch in even.rows()] == [2_000, 2_000]


def test_the_format_is_plain_json(tmp_path: Path) -> None:
    assert open_table(text_file(tmp_path, DEALS)).format.to_json() == {
        "type": "text", "header_row": 1, "encoding": "utf-8", "separator": ";", "quote": '"', "escape": "",
        "sheet": "", "sheets": [], "remarks": [],
    }  # fmt: skip


_CELL = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff"), max_size=20) | st.sampled_from(
    ['a "quoted" word', "two\nlines", "one\r\nmore", "a,b;c\td|e", "'", '"', "  spaced  ", "=1+1", "\\", 'x\\"y']
)
_TABLES = st.integers(2, 6).flatmap(
    lambda width: st.lists(st.lists(_CELL, min_size=width, max_size=width), min_size=1, max_size=12)
)


@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=_TABLES,
    separator=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-be"]),
    ending=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_whatever_was_written_comes_back(
    tmp_path: Path, rows: list[list[str]], separator: str, encoding: str, ending: str, quoting: int
) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=ending, quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    path = text_file(tmp_path, out.getvalue(), encoding=encoding)
    source = TextFile(path, Encoding(encoding), Dialect(separator), LIMITS)
    assert list(source.records()) == rows


_WORDS = st.text("abcdefghijklmnopqrstuvwxyzáãçéñõüABCDEFGH ", min_size=1, max_size=12).map(lambda t: f"x{t}".strip())
_NOTES = st.builds(lambda a, mark, b: a + mark + b, _WORDS, st.sampled_from(["", ", ", "; ", " | ", '"', "'", "\n"]), _WORDS)


@settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    headers=st.lists(_WORDS, min_size=3, max_size=6, unique_by=str.casefold),
    data=st.data(),
    separator=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
)
def test_a_table_of_words_and_notes_is_found_without_being_told_how_it_was_written(
    tmp_path: Path, headers: list[str], data: st.DataObject, separator: str, encoding: str
) -> None:
    row = st.lists(_NOTES, min_size=len(headers), max_size=len(headers))
    rows = data.draw(st.lists(row, min_size=3, max_size=12))
    headers = [" ".join(header.split()) for header in headers]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows([headers, *rows])
    table = open_table(text_file(tmp_path, out.getvalue(), encoding=encoding), header_row=1)
    assert all_rows(table) == rows
