"""The process that opens a workbook: python -I opener.py PATH SHEET MEMORY SECONDS COLUMNS.

A workbook can be made to fill any memory when it is opened (one cell at the far corner of a sheet is
enough), and the library that opens it then ends its process. So it is opened here, in a process of its own
with limits on memory and time; dying is the answer. Nothing of the project is imported, so that starting is
quick.

Writes JSON lines: {"sheets": [...], "sheet": name}, then lists of rows, each row a list of texts, then
{"end": rows}; or {"error": code, ...}.
"""

import datetime as dt
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any, TextIO

import python_calamine as calamine

BATCH = 500
LOOKED_AT = 40  # rows
PIECE = 1 << 20  # bytes of a part that are looked at together
# A blank as wide as a digit: the texts around it look the same, and whoever reads words strips it.
DIGIT_SPACE = "\u2007"
_ERROR_CELL = re.compile(rb"""(<(?:\w+:)?c\s(?:[^<>]*\s)?t\s*=\s*["'])e(["'])""")
type Merge = tuple[int, int, int]  # first row, last row, column


def main(arguments: list[str], out: TextIO) -> None:
    path, sheet, memory, seconds, columns = arguments
    _confine(int(memory), int(seconds))
    try:
        _write(path, sheet, int(columns), out)
    except calamine.PasswordError:
        _say(out, {"error": "workbook_protected"})
    except MemoryError:
        _say(out, {"error": "workbook_too_large"})
    except (calamine.CalamineError, ValueError, OverflowError):
        _say(out, {"error": "workbook_broken"})


def _confine(memory: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:  # not a POSIX system: the limits on the file's own figures still hold
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    if seconds:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def _write(path: str, wanted: str, columns: int, out: TextIO) -> None:
    with errors_as_texts(path) as readable, calamine.CalamineWorkbook.from_object(readable) as book:
        names = [m.name for m in book.sheets_metadata if _is_visible_table(m)] or list(book.sheet_names)
        if wanted and wanted not in book.sheet_names:
            _say(out, {"error": "sheet_unknown", "sheet": wanted, "sheets": ", ".join(names)})
            return
        sheet = book.get_sheet_by_name(wanted) if wanted else _first_with_rows(book, names)
        _say(out, {"sheets": names, "sheet": sheet.name})
        count = 0
        for batch in _batches(sheet_rows(sheet, columns)):
            count += len(batch)
            _say(out, batch)
        _say(out, {"end": count})


@contextmanager
def errors_as_texts(path: str) -> Iterator[str | IO[bytes]]:
    """An XLSX file with errors in its cells (#REF!) as a copy in which they are texts; any other file as it is.

    The library takes the errors that it knows for empty cells, which would empty what an import writes, and a file with any
    other (#SPILL!, #ERROR!) for damaged.
    """
    with TemporaryFile() as copy:
        try:
            mended = _mend(path, copy)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
            mended = False  # no XLSX file, or a damaged one: the library says so
        copy.seek(0)
        yield copy if mended else path


def _mend(path: str, copy: IO[bytes]) -> bool:
    """Writes the copy, if there are errors in any cell."""
    with zipfile.ZipFile(path) as book:
        names = dict.fromkeys(book.namelist())
        sheets = {name for name in names if name.startswith("xl/worksheets/") and name.endswith(".xml")}
        if not any(_has_errors(piece) for name in sheets for piece in _pieces(book, name)):
            return False
        with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as mended:
            for name in names:
                with mended.open(name, "w", force_zip64=True) as part:
                    for piece in _pieces(book, name):
                        part.write(_ERROR_CELL.sub(rb"\1str\2", piece) if name in sheets else piece)
    return True


def _has_errors(piece: bytes) -> bool:
    # Most sheets have none: these letters are looked for a good deal faster than the tag.
    return (b'"e"' in piece or b"'e'" in piece) and _ERROR_CELL.search(piece) is not None


def _pieces(book: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The unpacked part, cut before tags only."""
    rest = b""
    with book.open(name) as part:
        while piece := part.read(PIECE):
            whole, tag, rest = (rest + piece).rpartition(b"<")
            rest = tag + rest
            yield whole
            if len(rest) > PIECE:  # a text, however long, and no tag
                yield rest
                rest = b""
    yield rest


def _is_visible_table(meta: calamine.SheetMetadata) -> bool:
    return meta.visible == calamine.SheetVisibleEnum.Visible and meta.typ == calamine.SheetTypeEnum.WorkSheet


def _first_with_rows(book: calamine.CalamineWorkbook, names: list[str]) -> calamine.CalamineSheet:
    """The first sheet that looks like a table (a cover or a note before it does not), else the first that has two rows, else
    the first with anything, else the first."""
    sheets = []
    for name in names:
        sheet = book.get_sheet_by_name(name)
        if _has_columns(sheet):
            return sheet
        sheets.append(sheet)
    return next((sheet for sheet in sheets if sheet.height >= 2), max(sheets, key=lambda sheet: sheet.height))


def _has_columns(sheet: calamine.CalamineSheet) -> bool:
    """Whether two of its first rows have several cells filled."""
    if sheet.start is None:
        return False
    wide = (row for row in islice(sheet.iter_rows(), LOOKED_AT) if sum(cell not in ("", None) for cell in row) > 1)
    return len(list(islice(wide, 2))) == 2


def sheet_rows(sheet: calamine.CalamineSheet, columns: int) -> Iterator[list[str]]:
    """The rows from the top of the sheet, without the empty cells at their ends, one column more than
    allowed at most.
    """
    if sheet.start is None:
        return
    left = [""] * sheet.start[1]
    merges = sorted((a[0], b[0], a[1]) for a, b in sheet.merged_cell_ranges or [] if b[0] > a[0])
    rows = ([*left, *map(cell_text, row)][: columns + 1] for row in sheet.iter_rows())
    for cells in filled_down(rows, merges):
        while cells and not cells[-1]:
            cells.pop()
        yield cells


def filled_down(rows: Iterable[list[str]], merges: list[Merge]) -> Iterator[list[str]]:
    """Rows in which a cell merged over several rows says the same in each of them. `merges` are sorted."""
    waiting = iter(merges)
    coming = next(waiting, None)
    current: list[tuple[int, int, str]] = []  # last row, column, text
    for number, cells in enumerate(rows):
        current = [merge for merge in current if merge[0] >= number]
        for _last, column, text in current:
            cells[column] = text
        while coming and coming[0] <= number:
            first, last, column = coming
            if first == number and column < len(cells):
                current.append((last, column, cells[column]))
            coming = next(waiting, None)
        yield cells


def cell_text(value: Any) -> str:
    """A cell as text: 1054.0 is "1054", days and moments are ISO, truth is "true". Formulas come as their
    results.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number_text(value)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.time):
        return value.isoformat("seconds")
    if isinstance(value, dt.timedelta):
        hours, rest = divmod(int(value.total_seconds()), 3600)
        return f"{hours:02}:{rest // 60:02}:{rest % 60:02}"
    return str(value)


def _number_text(value: float) -> str:
    # A workbook keeps binary numbers and shows fifteen digits of them: those are what was typed.
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = f"{Decimal(f'{value:.15g}'):f}"
    # As a mere text, "12.375" could be twelve thousand in a column of "1.234,56".
    return text + DIGIT_SPACE if text[-4:-3] == "." else text


def _batches(rows: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    batch: list[list[str]] = []
    size = 0
    for cells in rows:
        batch.append(cells)
        size += sum(map(len, cells))
        if len(batch) >= BATCH or size > 1 << 20:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _say(out: TextIO, line: Any) -> None:
    out.write(json.dumps(line))
    out.write("\n")
    out.flush()


if __name__ == "__main__":  # pragma: no cover - runs in a process of its own
    main(sys.argv[1:], sys.stdout)
