"""How a text file parts its cells: separator, quotation mark, escape. Judged by trying them all on a
sample.
"""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import Any

SEPARATORS = (",", ";", "\t", "|")
_SAMPLE_RECORDS = 200


@dataclass(frozen=True, slots=True)
class Dialect:
    """`escape` is "" where a quotation mark inside a quoted cell is doubled, else the sign before it."""

    separator: str = ","
    quote: str = '"'
    escape: str = ""

    def options(self) -> dict[str, Any]:
        """The keyword arguments of csv.reader."""
        return {
            "delimiter": self.separator,
            "quotechar": self.quote,
            "doublequote": not self.escape,
            "escapechar": self.escape or None,
            "strict": False,
        }


def find_dialect(sample: str, *, separator: str | None = None) -> Dialect:
    """The dialect under which the sample is most like a table. `sample` is the beginning of the file.

    A first line "sep=;" (a spreadsheet's own hint) decides, and so does `separator`.
    """
    told = told_separator(sample)
    if told:
        sample = sample.partition("\n")[2]
    choices = [separator or told] if separator or told else list(SEPARATORS)
    tries = [Dialect(sep, quote, escape) for sep in choices for quote, escape in _quotings(sample)]
    return max(tries, key=lambda dialect: (_likeness_to_table(sample, dialect), -tries.index(dialect)))


def told_separator(sample: str) -> str:
    """The separator of a first line "sep=;", or ""."""
    found = re.match(r"\"?sep=(.)\"?\r?\n", sample, re.IGNORECASE)
    return found[1] if found else ""


def _quotings(sample: str) -> list[tuple[str, str]]:
    """The ways of quoting for which the sample shows any sign; the common one is always tried, and first."""
    found = [('"', "")]
    if '\\"' in sample:
        found.append(('"', "\\"))
    # A single quote is a quotation mark only when it stands at both ends of cells, and no double one does.
    opened = len(re.findall(r"(?:^|[,;\t|])'", sample, re.MULTILINE))
    closed = len(re.findall(r"'(?:[,;\t|]|\r?$)", sample, re.MULTILINE))
    if opened >= 2 and closed >= 2 and abs(opened - closed) <= 0.1 * opened:
        found.append(("'", ""))
    return found


def _likeness_to_table(sample: str, dialect: Dialect) -> tuple[float, float, int]:
    """(share of rows with the usual width, tidiness, width). A table has one width, and more than one
    column.
    """
    rows = _records(sample, dialect)
    widths = Counter(len(row) for row in rows)
    if not widths:
        return 0.0, 0.0, 0
    width, times = max(widths.items(), key=lambda item: (item[1] * min(item[0], 2), item[0]))
    if width == 1:
        return 0.0, 0.0, 1
    # One long preamble or one broken row must not make another separator win by accident.
    share = times / len(rows)
    if share < 0.5 and widths[1] > times:
        share /= 2
    tidy = 1.0 - _untidiness(rows, dialect)
    return round(share * tidy, 2), tidy, width


def _untidiness(rows: list[list[str]], dialect: Dialect) -> float:
    """The share of cells with quotation marks at an end, which a right reading would have removed."""
    cells = [cell for row in rows for cell in row if cell]
    marks = ('"', "'") if dialect.quote == "'" else ('"',)
    odd = sum(cell[0] in marks or cell[-1] in marks or cell.endswith("\\") for cell in cells)
    return odd / len(cells) if cells else 0.0


def _records(sample: str, dialect: Dialect) -> list[list[str]]:
    reader = csv.reader(io.StringIO(sample, newline=""), **dialect.options())
    rows = list(islice((row for row in reader if any(row)), _SAMPLE_RECORDS + 1))
    if len(rows) > _SAMPLE_RECORDS:
        return rows
    # The last record of a sample may be cut in the middle.
    return rows[:-1] if len(rows) > 2 and not sample.endswith(("\n", "\r")) else rows
