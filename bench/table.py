"""Times of repeated requests, and tables of text."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

Cell = str | int | float | None


@dataclass(slots=True)
class Times:
    """Milliseconds of one kind of request, in the order they came; `processor` is the mean of server and database together."""

    taken: list[float] = field(default_factory=list)
    processor: float | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.taken)

    @property
    def p95(self) -> float:
        return sorted(self.taken)[min(len(self.taken) - 1, round(0.95 * (len(self.taken) - 1)))]


def draw(heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """A table in plain text that is also Markdown; numbers to the right."""
    texts = [[_text(cell) for cell in row] for row in rows]
    widths = [max(len(head), *(len(row[at]) for row in texts), 3) for at, head in enumerate(heads)]
    right = [any(isinstance(row[at], int | float) for row in rows) for at in range(len(heads))]
    lines = [
        _line(heads, widths, right),
        "|" + "|".join("-" * (w + 1) + (":" if r else "-") for w, r in zip(widths, right, strict=True)) + "|",
    ]
    return "\n".join(lines + [_line(row, widths, right) for row in texts])


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    drawn = [cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(cells, widths, right, strict=True)]
    return f"| {' | '.join(drawn)} |"


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:,.2f}" if cell < 10 else f"{cell:,.1f}" if cell < 1_000 else f"{cell:,.0f}"
    return f"{cell:,}" if isinstance(cell, int) else cell
