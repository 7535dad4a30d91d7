"""A file as a table: headers and rows of text, each row with its number in the file. Nothing is interpreted
yet.

CSV and its kin, XLSX, XLSB, XLS and ODS, each recognised by content. Encoding, dialect, sheet and header row
are found, or taken as told. Rows come in batches and memory stays bounded whatever the file is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from keystead.domain.exchange.fields import PROBLEMS_COLUMN, ROW_COLUMN
from keystead.domain.exchange.problems.codes import CannotRead, Problem
from keystead.domain.exchange.problems.rows import revive
from keystead.domain.exchange.reading.headers import LOOKED_AT, find_header, unique_headers
from keystead.domain.exchange.reading.limits import LIMITS, Limits
from keystead.domain.exchange.reading.sniffing import sniff
from keystead.domain.exchange.reading.text import TextFile, open_text
from keystead.domain.exchange.reading.workbooks import Workbook

BATCH_ROWS = 2_000
BATCH_CHARACTERS = 8 << 20
_EXTENSIONS = {
    "xlsx": "xlsx", "xlsm": "xlsx", "xlsb": "xlsb", "xls": "xls", "ods": "ods",
    "csv": "text", "tsv": "text", "txt": "text", "tab": "text",
}  # fmt: skip


class Row(NamedTuple):
    """`number` counts from 1 as the file does, headers included. `cells` has one text per header; `extra` is
    what stood beyond the last one. A row with problems is to be rejected: its cells were cut or mended to be
    shown.
    """

    number: int
    cells: list[str]
    problems: tuple[Problem, ...] = ()
    extra: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Format:
    """What was found out about the file. `header_row` is 1-based, 0 for none. `remarks` are worth telling,
    no more.
    """

    type: str
    header_row: int
    encoding: str = ""
    separator: str = ""
    quote: str = ""
    escape: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    remarks: tuple[Problem, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "type": self.type, "header_row": self.header_row, "encoding": self.encoding,
            "separator": self.separator,
            "quote": self.quote, "escape": self.escape, "sheet": self.sheet, "sheets": list(self.sheets),
            "remarks": [{"code": p.code, "params": dict(p.params)} for p in self.remarks],
        }  # fmt: skip


@dataclass(slots=True)
class Table:
    """An opened file. `rows()` may be called again and again; `row_count` is known after it came to its end
    once.
    """

    headers: tuple[str, ...]
    format: Format
    source: TextFile | Workbook
    limits: Limits = LIMITS
    row_count: int | None = field(default=None, init=False)

    @property
    def is_errors_file(self) -> bool:
        """Whether this is an errors file of ours that comes back mended: its texts were made inert and are
        revived.
        """
        return {ROW_COLUMN, PROBLEMS_COLUMN}.issubset(self.headers)

    def rows(self) -> Iterator[list[Row]]:
        """Batches of rows, blank ones left out. Raises CannotRead, also midway (too_many_rows,
        quote_never_closed).
        """
        batch: list[Row] = []
        size = count = 0
        for number, cells in enumerate(self.source.records(), start=1):
            if number <= self.format.header_row or not any(cells):
                continue
            count += 1
            if count > self.limits.rows:
                raise CannotRead("too_many_rows", limit=self.limits.rows)
            length = sum(map(len, cells))
            batch.append(self._row(number, cells, length))
            size += length
            if len(batch) >= BATCH_ROWS or size >= BATCH_CHARACTERS:
                yield batch
                batch, size = [], 0
        self.row_count = count
        if batch:
            yield batch

    def sample(self, limit: int = 5_000) -> list[Row]:
        """The first rows."""
        return list(islice((row for batch in self.rows() for row in batch), limit))

    def _row(self, number: int, cells: list[str], length: int) -> Row:
        width = len(self.headers)
        problems: list[Problem] = []
        text = "".join(cells)
        if "\0" in text or self._is_damaged(text):
            cells = self._mended(number, cells, problems)
        if length > self.limits.cell_characters:
            cells = self._cut(number, cells, problems)
        if self.is_errors_file:
            cells = [revive(cell) for cell in cells]
        if len(cells) < width:
            cells = cells + [""] * (width - len(cells))
        if len(cells) == width:
            return Row(number, cells, tuple(problems))
        return self._overfull(number, cells, problems)

    def _overfull(self, number: int, cells: list[str], problems: list[Problem]) -> Row:
        width = len(self.headers)
        cells, extra = cells[:width], cells[width : self.limits.columns]
        while extra and not extra[-1].strip():
            extra.pop()
        # A workbook's cells cannot slip by a missing quotation mark: what stands beside its table is a note.
        if extra and isinstance(self.source, TextFile):
            facts = {"found": width + len(extra), "expected": width}
            problems.append(Problem(number, None, "too_many_cells", facts))
        return Row(number, cells, tuple(problems), tuple(extra))

    def _mended(self, number: int, cells: list[str], problems: list[Problem]) -> list[str]:
        for index, cell in enumerate(cells):
            if "\0" in cell:
                problems.append(Problem(number, self._header(index), "nul_byte"))
            elif self._is_damaged(cell):
                facts = {"encoding": self.format.encoding}
                problems.append(Problem(number, self._header(index), "bad_encoding", facts))
        return [_storable(cell) for cell in cells]

    def _cut(self, number: int, cells: list[str], problems: list[Problem]) -> list[str]:
        limit = self.limits.cell_characters
        for index, cell in enumerate(cells):
            if len(cell) > limit:
                problems.append(Problem(number, self._header(index), "cell_too_long", {"limit": limit}))
        return [cell[:limit] for cell in cells]

    def _is_damaged(self, text: str) -> bool:
        return isinstance(self.source, TextFile) and self.source.encoding.damage_in(text)

    def _header(self, index: int) -> str | None:
        return self.headers[index] if index < len(self.headers) else None


def open_table(
    path: Path,
    *,
    name: str = "",
    sheet: str = "",
    encoding: str | None = None,
    separator: str | None = None,
    header_row: int | None = None,
    limits: Limits = LIMITS,
) -> Table:
    """Open a file as a table. `name` is what it was called when uploaded; the rest are a person's choices
    over what is found: `header_row` counts from 1, 0 says that there is none.

    Raises CannotRead: empty_file, no_rows, not_a_table, html_not_table, workbook_*, sheet_*,
    encoding_unknown, too_many_columns, line_too_long, quote_never_closed, header_row_missing.
    """
    found = sniff(path, limits)
    source: TextFile | Workbook
    facts: dict[str, Any] = {"type": found}
    top = max(LOOKED_AT, header_row or 0) + 1
    if found == "text":
        source = open_text(path, limits, encoding=encoding, separator=separator)
        facts |= _text_facts(source)
        first = list(islice(source.records(), top))
    else:
        facts["sheets"], facts["sheet"], first = Workbook(path, sheet, limits).peek(top)
        source = Workbook(path, facts["sheet"], limits)
    facts["header_row"] = _header_row(first, header_row, facts)
    is_text = isinstance(source, TextFile)
    headers = _headers(first, facts["header_row"], limits, bounded=is_text)
    return Table(headers, Format(**facts, remarks=_remarks(name, facts, source)), source, limits)


def _text_facts(source: TextFile) -> dict[str, Any]:
    dialect = source.dialect
    return {
        "encoding": source.encoding.name.removesuffix("-sig"),
        "separator": dialect.separator, "quote": dialect.quote, "escape": dialect.escape,
    }  # fmt: skip


def _header_row(first: list[list[str]], wanted: int | None, facts: dict[str, Any]) -> int:
    if not any(cell.strip() for cells in first for cell in cells):
        raise (CannotRead("sheet_empty", sheet=facts["sheet"]) if facts.get("sheet") else CannotRead("empty_file"))
    if wanted is None:
        return find_header(first) + 1
    if wanted > len(first) or wanted < 0 or (wanted and not any(first[wanted - 1])):
        raise CannotRead("header_row_missing", header_row=wanted)
    return wanted


def _headers(first: list[list[str]], header_row: int, limits: Limits, *, bounded: bool) -> tuple[str, ...]:
    """The names of the columns: those named, and unnamed ones between or behind them that hold something.

    `bounded`: the header line says how many there are, even where it leaves the last ones without a name.
    """
    below = first[header_row:]
    named = first[header_row - 1] if header_row else []
    used = max((_used(cells) for cells in below), default=0)
    width = max(_used(named), min(used, len(named)) if header_row and bounded else used)
    if width > limits.columns:
        raise CannotRead("too_many_columns", limit=limits.columns)
    if not any(any(cells) for cells in below):
        raise CannotRead("no_rows")
    return unique_headers([*named[:width], *[""] * (width - len(named))])


def _used(cells: list[str]) -> int:
    return max((i for i, cell in enumerate(cells, start=1) if cell.strip()), default=0)


def _remarks(name: str, facts: dict[str, Any], source: TextFile | Workbook) -> tuple[Problem, ...]:
    remarks = []
    named = _EXTENSIONS.get(Path(name).suffix.lower().lstrip("."))
    if named and named != facts["type"]:
        found = "CSV" if facts["type"] == "text" else facts["type"].upper()
        remarks.append(Problem(None, None, "not_its_name", {"name": name, "found": found}))
    if isinstance(source, TextFile) and source.encoding.damaged:
        remarks.append(Problem(None, None, "damaged_text", {"encoding": facts["encoding"]}))
    return tuple(remarks)


def _storable(text: str) -> str:
    return text.replace("\0", "\ufffd").encode("utf-8", "surrogateescape").decode("utf-8", "replace")
