"""What is aimed at, and which line of which table it is held against."""

from dataclasses import dataclass

from bench.table import Cell, draw

HEADS = ("work", "aim", "measured", "verdict")


@dataclass(frozen=True, slots=True)
class Aim:
    """The worst of the named lines (all when none is named) in a column may be `at_most` (or must be `at_least`)."""

    work: str
    bench: str
    column: str
    unit: str
    lines: tuple[str, ...] = ()
    at_most: float | None = None
    at_least: float | None = None


AIMS = (
    Aim("first page of a list", "pages", "median ms", "ms", ("accounts", "deals", "plans"), 40),
    Aim("portfolio", "pages", "median ms", "ms", ("portfolio",), 50),
    Aim("list, filtered or sorted", "pages", "median ms", "ms", (
        "accounts, filtered", "accounts, searched", "accounts, most deals first", "accounts, most employees first", "deals, open",
        "deals, open, largest first", "deals, largest first", "deals, by owner", "deals, by account", "deals, by stage",
        "deals, searched", "deals, one owner", "deals, page 20"), 50),
    Aim("account page", "pages", "median ms", "ms", ("account", "account, largest"), 40),
    Aim("plan page", "pages", "median ms", "ms", ("plan", "plan, largest"), 60),
    Aim("home", "pages", "median ms", "ms", ("home",), 40),
    Aim("API, first page of a list", "api", "median ms", "ms", ("accounts", "contacts", "deals", "orders", "plans"), 15),
    Aim("API, one record", "api", "median ms", "ms", ("account", "deal", "plan"), 15),
    Aim("API, create one deal", "api", "median ms", "ms", ("create a deal",), 20),
    Aim("finding", "find", "median ms", "ms", (), 50),
    Aim("import, commit with links, history and undo record", "imports", "rows/s", "rows/s", ("first run: commit",), None, 8_800),
    Aim("PDF of one page", "pdf", "median ms", "ms", (), 500),
    Aim("memory of a process of ours", "memory", "RSS MB", "MB", ("web server", "web worker", "worker", "supervisor"), 200),
    Aim("memory of all that serves", "memory", "PSS MB", "MB", ("all serving processes (web)",), 350),
    Aim("first visit over the wire", "weight", "kB sent", "kB", (), 200),
    Aim("requests of a first visit", "weight", "requests", "", (), 12),
    Aim("largest paint", "weight", "largest paint ms", "ms", (), 1_000),
    Aim("ten times the data, worst page", "growth", "ratio", "times", (), 1.5),
)  # fmt: skip


def table(tables: dict[str, str], *, is_busy: bool = False) -> str:
    """Each aim beside the worst line measured. On a busy machine a request's processor time is held against the aim."""
    return draw(HEADS, [_row(aim, tables[aim.bench], is_busy) for aim in AIMS if aim.bench in tables])


def _row(aim: Aim, text: str, is_busy: bool) -> list[Cell]:
    by_processor = is_busy and aim.column == "median ms"
    column = "processor ms" if by_processor else aim.column
    found = [each for each in _column(text, column) if not aim.lines or each[0] in aim.lines]
    if aim.at_least is not None:
        line, value = min(found, key=lambda each: each[1])
        times, wanted = aim.at_least / value, f"≥ {aim.at_least:,.0f} {aim.unit}"
    else:
        assert aim.at_most is not None
        line, value = max(found, key=lambda each: each[1])
        times, wanted = value / aim.at_most, f"≤ {aim.at_most:,.4g} {aim.unit}"
    verdict = "reached" if times <= 1 else f"{times:.1f} times the aim"
    named = f" ({line})" if len(found) > 1 else ""
    unit = f"{aim.unit} of processor" if by_processor else aim.unit
    return [aim.work, wanted.strip(), f"{value:,.4g} {unit}{named}".strip(), verdict]


def _column(text: str, column: str) -> list[tuple[str, float]]:
    """(first cell, number) of each line that has one in this column."""
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
    place = lines[0].index(column)
    numbers = [(cells[0], cells[place].replace(",", "")) for cells in lines[2:]]
    return [(name, float(number)) for name, number in numbers if number]
