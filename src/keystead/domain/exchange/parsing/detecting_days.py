"""Which order of day, month and year a column is written in, by what its texts leave possible."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from keystead.domain.exchange.parsing.days import FIRST_YEAR, LAST_YEAR, DateOrder, parse_day, split_day
from keystead.domain.exchange.problems.codes import BadValue

DAY_OR_MONTH_FIRST: tuple[DateOrder, ...] = ("dmy", "mdy")

# A bare "en" is read as in the United States: that is where exports with month first come from.
_MONTH_FIRST = ("en", "en-us", "en-ph", "en-bz")
_YEAR_FIRST = ("sv", "lt", "hu", "ja", "zh", "ko", "en-ca", "fr-ca")


@dataclass(frozen=True, slots=True)
class DateFacts:
    """`order` is how the column is to be read. `ambiguous`: nothing in it decides between day and month
    first, so the locale did. `mixed`: some texts fit another order only. `share` is how much of the column
    are days at all.
    """

    order: DateOrder
    share: float
    ambiguous: bool = False
    mixed: bool = False
    has_times: bool = False


def locale_order(locale: str) -> DateOrder:
    """The order usual in a locale ("pt-br", "en", "en_GB"): day first, unless it is known to be otherwise."""
    tag = locale.replace("_", "-").casefold()
    if tag in _MONTH_FIRST:
        return "mdy"
    return "ymd" if tag in _YEAR_FIRST or tag.partition("-")[0] in _YEAR_FIRST else "dmy"


def date_facts(texts: Mapping[str, int], locale: str) -> DateFacts | None:
    """The facts of a column whose filled texts are counted in `texts`; None when they are not days."""
    total = sum(texts.values())
    if not total:
        return None
    votes: Counter[str] = Counter()
    times = 0
    for text, count in texts.items():
        votes[_vote(text)] += count
        times += count * (":" in text)
    days = total - votes["none"]
    if days < 0.6 * total:
        counts = _counted(texts, total)
        return DateFacts(counts, 1.0) if counts else None
    order, ambiguous = _decided(votes, locale)
    good = sum(count for text, count in texts.items() if _reads(text, order))
    mixed = bool(votes["dmy"] and votes["mdy"])
    return DateFacts(order, round(good / total, 4), ambiguous, mixed, has_times=times > total / 2)


def _vote(text: str) -> str:
    """ "none", the one order in which the text is a day, "told" when it says so itself, or "either" day or
    month first.
    """
    parts, told = split_day(text)
    if parts is None:
        return "none"
    if told:
        return "told"
    fits = [order for order in DAY_OR_MONTH_FIRST if _reads(text, order)]
    if len(fits) == 1:
        return fits[0]
    if not fits:
        return "ymd" if _reads(text, "ymd") else "either"
    # With the same number for both it is no evidence, whatever the order.
    return "told" if parts[0] == parts[1] else "either"


def _decided(votes: Counter[str], locale: str) -> tuple[DateOrder, bool]:
    if votes["dmy"] or votes["mdy"]:
        return ("dmy" if votes["dmy"] >= votes["mdy"] else "mdy"), False
    if votes["either"] and not votes["ymd"]:
        usual = locale_order(locale)
        return ("dmy" if usual == "ymd" else usual), True
    return "ymd", False


def _counted(texts: Mapping[str, int], total: int) -> DateOrder | None:
    """Milliseconds since 1970 are so long that they are nothing else. Spreadsheet day counts are just
    numbers, and are taken for days only where a person or a mapping says so (see detecting.serial_days)."""
    long = sum(n for text, n in texts.items() if len(text) == 13 and text.isdecimal() and _reads(text, "epoch"))
    return "epoch" if long == total else None


def serial_days(texts: Mapping[str, int]) -> bool:
    """Whether the texts could all be the day counts of a spreadsheet between 1980 and 2080."""
    return bool(texts) and all(
        text.partition(".")[0].isdecimal() and 29_221 <= int(text.partition(".")[0][:6]) <= 65_745 for text in texts
    )


def _reads(text: str, order: DateOrder) -> bool:
    try:
        return FIRST_YEAR <= parse_day(text, order).year <= LAST_YEAR
    except BadValue:
        return False
