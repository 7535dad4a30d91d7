"""The errors file: the rejected rows as they came, with their number and what is wrong, to be mended and
sent again.

A cell that a spreadsheet would take for a formula is written with an apostrophe before it, so that opening
the file does nothing; `revive` takes it off again when the mended file comes back.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from keystead.domain.exchange.fields import PROBLEMS_COLUMN, ROW_COLUMN
from keystead.domain.exchange.problems.codes import Problem

_DANGEROUS = re.compile(r"'*[=+\-@\t\r]")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9][0-9.,' \u00a0]*%?")


class RejectedRow(Protocol):
    """What reading.Row is, for rows that come from elsewhere."""

    @property
    def number(self) -> int: ...
    @property
    def cells(self) -> Sequence[str]: ...
    @property
    def problems(self) -> Sequence[Problem]: ...
    @property
    def extra(self) -> Sequence[str]: ...


def write_problem_rows(headers: Sequence[str], rows: Iterable[RejectedRow], *, separator: str = ",") -> Iterator[str]:
    """The file in pieces of text, beginning with a byte order mark so that spreadsheets read UTF-8.

    Sentences are in the active language. Of a file that came back, the old row numbers and sentences are
    replaced.
    """
    kept = [i for i, header in enumerate(headers) if header not in (ROW_COLUMN, PROBLEMS_COLUMN)]
    piece = io.StringIO(newline="")
    writer = csv.writer(piece, delimiter=separator, lineterminator="\r\n")
    piece.write("\ufeff")
    writer.writerow([*(inert(headers[i]) for i in kept), ROW_COLUMN, PROBLEMS_COLUMN])
    for row in rows:
        sentences = " ".join(problem.message for problem in row.problems)
        cells = [inert(row.cells[i]) for i in kept]
        writer.writerow([*cells, row.number, inert(sentences), *map(inert, row.extra)])
        if piece.tell() > 65_536:
            yield piece.getvalue()
            piece.seek(0)
            piece.truncate()
    yield piece.getvalue()


def inert(text: str) -> str:
    """The text as a spreadsheet will show it and not run it. Plain numbers stay as they are."""
    if _DANGEROUS.match(text) and not _PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def revive(text: str) -> str:
    """The text that `inert` was given."""
    return text[1:] if text.startswith("'") and _DANGEROUS.match(text) else text
