"""A workbook holds what the CSV file holds, also where Excel has no number or day for it."""

import io
from datetime import date, datetime, time
from decimal import Decimal

import openpyxl

from keystead.documents.sheets import Cell, Sheet, SheetColumn, csv_bytes, xlsx_bytes

COLUMNS = [SheetColumn("Day", "day"), SheetColumn("Amount", "money"), SheetColumn("Share", "ratio")]


def test_what_excel_would_change_is_text_in_the_same_digits() -> None:
    share = Decimal(1) / 3
    rows: list[list[Cell]] = [
        [date(1900, 2, 28), Decimal("1234567890123456.7800"), share],
        [date(1900, 3, 1), Decimal("-12345678901234.5000"), share],
        [date(1815, 6, 18), Decimal(-1234567890123456), None],
    ]
    sheet = Sheet("Deals", COLUMNS, rows, total=rows[0])
    page = openpyxl.load_workbook(io.BytesIO(xlsx_bytes([sheet]))).active
    assert page is not None
    _head, first, second, third, total = ([cell.value for cell in row] for row in page.iter_rows())
    assert first[:2] == total[:2] == ["1900-02-28", "1234567890123456.7800"]
    assert second[:2] == [datetime.combine(date(1900, 3, 1), time.min), -12345678901234.5]
    assert third == ["1815-06-18", "-1234567890123456", None]
    assert isinstance(first[2], float)
    assert [line.split(",")[:2] for line in csv_bytes(sheet).decode().splitlines()[1::2]] == [first[:2], third[:2]]
