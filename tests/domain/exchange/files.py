"""Small files of every shape for the tests of reading: workbooks are made byte by byte where no writer exists."""

import struct
import zipfile
from pathlib import Path
from typing import Any

import xlsxwriter


def text_file(folder: Path, content: str | bytes, *, encoding: str = "utf-8", name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def xlsx_file(folder: Path, *sheets: tuple[str, list[list[Any]]], merged: tuple[str, ...] = ()) -> Path:
    """A workbook with the rows of each sheet from A1; `merged` ranges are merged in the first one, keeping their text."""
    path = folder / "book.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as book:
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
        for area in merged:
            first = area.partition(":")[0]
            value = sheets[0][1][int(first[1:]) - 1][ord(first[0]) - 65]
            book.worksheets()[0].merge_range(area, value)
    return path


def ods_file(folder: Path, rows: list[list[str]]) -> Path:
    path = folder / "book.ods"
    cells = "".join(
        "<table:table-row>"
        + "".join(f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>' for c in row)
        + "</table:table-row>"
        for row in rows
    )
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="Contas">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr("content.xml", content)
    return path


def xls_file(folder: Path, rows: list[list[str | float]]) -> Path:
    """A workbook of 1997: a BIFF8 stream in a compound file of 512-byte sectors, one sheet, texts and numbers."""
    path = folder / "book.xls"
    stream = _biff(rows)
    stream += b"\0" * (max(4096, -(-len(stream) // 512) * 512) - len(stream))
    count = len(stream) // 512
    free, end, fat_mark = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    chain = [fat_mark, end, *range(3, 2 + count), end]
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header += b"\0" * 6 + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<I", 0)
    header = header.ljust(512, b"\xff")
    entries = _entry("Root Entry", 5, end, 0, child=1) + _entry("Workbook", 2, 2, len(stream))
    path.write_bytes(header + fat + entries.ljust(512, b"\0") + stream)
    assert free not in chain
    return path


def _entry(name: str, kind: int, start: int, size: int, child: int = 0xFFFFFFFF) -> bytes:
    coded = name.encode("utf-16-le") + b"\0\0"
    none = 0xFFFFFFFF
    return (
        coded.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(coded), kind, 1, none, none, child)
        + b"\0" * 36
        + struct.pack("<IQ", start, size)
    )


def _biff(rows: list[list[str | float]]) -> bytes:
    def record(kind: int, data: bytes) -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    cells = b""
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            place = struct.pack("<HHH", r, c, 0)
            if isinstance(value, str):
                text = value.encode("utf-16-le")
                cells += record(0x0204, place + struct.pack("<HB", len(value), 1) + text)
            else:
                cells += record(0x0203, place + struct.pack("<d", value))
    size = struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0)
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0)) + record(0x0200, size) + cells + record(0x0A, b"")
    start = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x05, 0, 0, 0, 0)) + record(0x42, struct.pack("<H", 1200))
    name = "Contas"
    offset = len(start) + 4 + 8 + len(name) + 4
    bound = record(0x85, struct.pack("<IHBB", offset, 0, len(name), 0) + name.encode())
    return start + bound + record(0x0A, b"") + sheet
