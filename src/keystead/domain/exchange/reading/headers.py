"""Where the table begins inside a sheet, and what its columns are called."""

import re
from collections import Counter
from collections.abc import Sequence

LOOKED_AT = 40  # rows in which the header is sought
_VALUE = re.compile(r"[\s€$£R(+-]*[0-9][0-9.,'\s/:%TZ)-]*|true|false", re.IGNORECASE)
MAX_HEADER = 200


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """The index of the header row among the first rows: the first one that is as wide as the table and reads
    like names.

    Title lines, print dates and empty rows above it are passed over. With no better candidate it is the
    first row that is not empty.
    """
    rows = [[cell.strip() for cell in row] for row in rows[:LOOKED_AT]]
    filled = [[cell for cell in row if cell] for row in rows]
    widths = Counter(len(cells) for cells in filled if cells)
    # The width that repeats is the table's; a lone wider row is more likely broken. A header has every
    # column named, while rows below leave some out, so a header may be wider.
    table = max(widths, key=lambda width: (widths[width] * min(width, 3), width))
    first = next(i for i, cells in enumerate(filled) if cells)
    found = next((i for i, cells in enumerate(filled) if _reads_like_names(cells, table)), first)
    return found + 1 if _groups(rows, filled, found) and _reads_like_names(filled[found + 1], table) else found


def _groups(rows: Sequence[Sequence[str]], filled: list[list[str]], upper: int) -> bool:
    """Whether a header line only groups the columns that the line below it names: it has gaps, and names that are
    merged over both lines stand in both."""
    if upper + 1 >= len(rows) or len(filled[upper]) >= len(filled[upper + 1]):
        return False
    return any(cell and cell == below for cell, below in zip(rows[upper], rows[upper + 1], strict=False))


def _reads_like_names(cells: list[str], table: int) -> bool:
    if len(cells) < max(1, 0.6 * table) or (table > 1 and len(cells) < 2):
        return False
    values = sum(bool(_VALUE.fullmatch(cell)) for cell in cells)
    if values > 0.4 * len(cells) or len(set(cells)) < 0.6 * len(cells):
        return False
    return sum(len(cell) > MAX_HEADER for cell in cells) <= 0.1 * len(cells)


def unique_headers(cells: Sequence[str]) -> tuple[str, ...]:
    """Names for all columns: an empty one is called by its letter ("[C]"), a repeated one counted ("Amount
    (2)").

    Names are the keys of mappings, so they are the same in every language.
    """
    names: list[str] = []
    seen: set[str] = set()
    for number, cell in enumerate(cells, start=1):
        name = " ".join(cell.replace("\0", "").replace("\ufeff", "").split())[:MAX_HEADER]
        name = name or f"[{_letters(number)}]"
        unique, count = name, 1
        while unique.casefold() in seen:
            count += 1
            unique = f"{name} ({count})"
        seen.add(unique.casefold())
        names.append(unique)
    return tuple(names)


def _letters(number: int) -> str:
    """The letters of a column, as spreadsheets count: 1 is A, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
