"""Tables as files: CSV and Excel workbooks. Text stays text, also where a spreadsheet would take it for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal

import xlsxwriter

Cell = str | int | Decimal | date | None
Kind = Literal["text", "money", "ratio", "count", "day"]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_FORMATS = {"text": "@", "money": "#,##0.00", "ratio": "0.0%", "count": "#,##0", "day": "yyyy-mm-dd"}


_FIRST_DAY = date(1900, 3, 1)  # Excel counts a 29 February 1900, so that days before this one come out as others
_DIGITS = 15  # that Excel keeps of a number


@dataclass(frozen=True, slots=True)
class SheetColumn:
    name: str
    kind: Kind = "text"
    width: int = 14


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its name; `total` is a last row, set apart."""

    name: str
    columns: Sequence[SheetColumn]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] | None = None


def csv_bytes(sheet: Sheet) -> bytes:
    """UTF-8 with a mark, so that Excel reads it too; numbers exact, with a point, without grouping."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([inert(column.name) for column in sheet.columns])
    writer.writerows([_plain(cell) for cell in row] for row in sheet.rows)
    return ("\ufeff" + out.getvalue()).encode()


def inert(text: str) -> str:
    """A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return inert(cell)
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


def xlsx_bytes(sheets: Iterable[Sheet]) -> bytes:
    """A workbook with one page per sheet: head row fixed, filters on, numbers as numbers, text never as a formula or a link.

    What Excel cannot hold as a number or a day is text, in the digits of the CSV file.
    """
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        head = book.add_format({"bold": True, "bottom": 1})
        formats = {kind: book.add_format({"num_format": text}) for kind, text in _FORMATS.items()}
        totals = {kind: book.add_format({"num_format": text, "bold": True, "top": 1}) for kind, text in _FORMATS.items()}
        for sheet in sheets:
            page = book.add_worksheet(_sheet_name(sheet.name))
            for at, column in enumerate(sheet.columns):
                page.set_column(at, at, column.width)
                page.write_string(0, at, column.name, head)
            page.freeze_panes(1, 1)
            page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.columns) - 1)
            for line, row in enumerate(sheet.rows, start=1):
                _write(page, line, row, sheet.columns, formats)
            if sheet.total is not None:
                _write(page, len(sheet.rows) + 1, sheet.total, sheet.columns, totals)
    return out.getvalue()


def _sheet_name(name: str) -> str:
    """Excel allows 31 characters and none of []:*?/\\."""
    return "".join("-" if character in "[]:*?/\\" else character for character in name)[:31].strip("'") or "1"


def _is_beyond_excel(cell: int | Decimal | date, kind: Kind) -> bool:
    """What a spreadsheet would show as something else: a day before its calendar is right, money of more digits than it keeps."""
    if isinstance(cell, date):
        return cell < _FIRST_DAY
    return kind == "money" and len(Decimal(cell).normalize().as_tuple().digits) > _DIGITS


def _write(
    page: xlsxwriter.worksheet.Worksheet, line: int, row: Sequence[Cell], columns: Sequence[SheetColumn], formats: dict
) -> None:
    for at, (cell, column) in enumerate(zip(row, columns, strict=True)):
        look = formats[column.kind]
        if cell is None:
            page.write_blank(line, at, None, look)
        elif isinstance(cell, str):
            page.write_string(line, at, cell[:32_767], formats["text"])
        elif _is_beyond_excel(cell, column.kind):
            page.write_string(line, at, _plain(cell), formats["text"])
        elif isinstance(cell, date):
            page.write_datetime(line, at, datetime.combine(cell, time.min), look)
        else:
            page.write_number(line, at, float(cell), look)
