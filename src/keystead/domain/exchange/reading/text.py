"""Rows of CSV files and their kin, a piece at a time: memory does not grow with the file."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from keystead.domain.exchange.problems.codes import CannotRead
from keystead.domain.exchange.reading.dialects import Dialect, find_dialect
from keystead.domain.exchange.reading.encodings import Encoding, find_encoding, named_encoding
from keystead.domain.exchange.reading.limits import LIMITS, Limits

# A cell may be longer than a cell is allowed to be: that is a problem of its row, told with its column. What
# is longer than a line may be is a quotation mark that was never closed.
csv.field_size_limit(LIMITS.line_characters)

_END = "\x1dend of file\x1d"
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text file of which is known how it is written; it is read anew by each call of `records`."""

    path: Path
    encoding: Encoding
    dialect: Dialect
    limits: Limits

    def records(self) -> Iterator[list[str]]:
        """The records from the top of the file, blank lines as empty lists. Raises CannotRead."""
        records = csv.reader(self._lines(), **self.dialect.options())
        number = 0
        try:
            for cells in records:  # pragma: no branch - the mark at the end always comes
                number += 1
                if cells and cells[-1].endswith(_END):
                    if len(cells) > 1 or cells[-1] != _END:
                        raise CannotRead("quote_never_closed", at=number)
                    return
                yield cells
        except csv.Error as error:
            raise CannotRead("quote_never_closed", at=number + 1) from error

    def _lines(self) -> Iterator[str]:
        """Lines with their ends, then a mark: inside an open quotation the mark ends up in a cell and gives
        it away.
        """
        limit = self.limits.line_characters
        with _opened(self.path, self.encoding) as file:
            for number, line in enumerate(iter(partial(file.readline, limit + 1), ""), start=1):
                if len(line) > limit:
                    raise self._too_long(line, number)
                yield line
        yield _END

    def _too_long(self, line: str, number: int) -> CannotRead:
        if line.count(self.dialect.separator) > self.limits.columns:
            return CannotRead("too_many_columns", limit=self.limits.columns)
        return CannotRead("line_too_long", line=number, limit=self.limits.line_characters)


def open_text(path: Path, limits: Limits, *, encoding: str | None, separator: str | None) -> TextFile:
    """The file with its encoding and dialect found, or as chosen. Raises CannotRead."""
    found = named_encoding(encoding) if encoding else find_encoding(path, limits)
    with _opened(path, found) as file:
        try:
            sample = file.read(limits.sample_bytes)
        except UnicodeError as error:  # a chosen UTF-16 on a file of another kind cannot even be read with gaps
            raise CannotRead("wrong_encoding", encoding=found.name) from error
    if len(_CONTROL.findall(sample, 0, 65_536)) > max(8, min(len(sample), 65_536) // 50):
        raise CannotRead("not_a_table", found="BIN")
    return TextFile(path, found, find_dialect(sample, separator=separator), limits)


def _opened(path: Path, encoding: Encoding) -> io.TextIOWrapper:
    return io.TextIOWrapper(path.open("rb"), encoding=encoding.name, errors=encoding.errors, newline="")
