"""The columns and the groupings of the portfolio: what each is called, how it sorts, what the footer may say of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from keystead.analytics.measures import KPIS
from keystead.data.accounts.models import Segment
from keystead.domain.grid.columns import FOOT as OF_LISTS


class Kind(StrEnum):
    TEXT = "text"
    MONEY = "money"
    RATIO = "ratio"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Column:
    """`order` is the SQL it sorts by, over the columns of the CTE `figured`; "" when it cannot."""

    id: str
    name: str | Promise
    kind: Kind
    order: str
    is_optional: bool = False

    @property
    def is_figure(self) -> bool:
        return self.kind is not Kind.TEXT


_RANK = "CASE {} " + " ".join(f"WHEN '{segment.value}' THEN {segment.rank}" for segment in Segment) + " END"

# The same formulas as analytics.measures.derive, which makes the numbers that are shown; here they only sort and compare.
COLUMNS: dict[str, Column] = {
    column.id: column
    for column in (
        Column("account", _("Account"), Kind.TEXT, "lower(name)"),
        Column("industry", _("Industry"), Kind.TEXT, "nullif(industry, '')", True),
        Column("country", _("Country"), Kind.TEXT, "nullif(country, '')", True),
        Column("segment", _("Segment, now → target"), Kind.TEXT, _RANK.format("segment_current")),
        Column("segment_target", _("Target segment"), Kind.TEXT, _RANK.format("segment_target"), True),
        Column("owner", _("Owner"), Kind.TEXT, "owner_name"),
        Column("target", KPIS["target"].name, Kind.MONEY, "target"),
        Column("won", KPIS["won"].name, Kind.MONEY, "won"),
        Column("pipeline", KPIS["pipeline"].name, Kind.MONEY, "pipeline", True),
        Column("weighted_pipeline", KPIS["weighted_pipeline"].name, Kind.MONEY, "weighted_pipeline", True),
        Column("forecast", KPIS["forecast"].name, Kind.MONEY, "won + pipeline"),
        Column("weighted_forecast", KPIS["weighted_forecast"].name, Kind.MONEY, "won + weighted_pipeline", True),
        Column("achievement", KPIS["achievement"].name, Kind.RATIO, "(won + pipeline) / nullif(target, 0)"),
        Column("attainment", KPIS["attainment"].name, Kind.RATIO, "won / nullif(target, 0)", True),
        Column("variance", KPIS["variance"].name, Kind.MONEY, "won + pipeline - coalesce(target, 0)", True),
        # `greatest` ignores NULL, so that a gap without a target would be zero
        Column("gap", KPIS["gap"].name, Kind.MONEY, "CASE WHEN target IS NOT NULL THEN greatest(target - won, 0) END", True),
        Column("deals", _("Deals"), Kind.COUNT, "deals", True),
        Column("plan", _("Plan"), Kind.TEXT, "plan_rank"),
    )
}  # fmt: skip
FIGURES = [column.id for column in COLUMNS.values() if column.is_figure]

FOOT = {how: words for how, words in OF_LISTS.items() if how != "empty"}


@dataclass(frozen=True, slots=True)
class Grouping:
    """`key` is the SQL of a group's key: over the account (`a`, its owner `o`), or over the deal (`d`, its owner `m`).

    Grouped by a thing of the deals, an account stands in each group where it has deals, with its share.
    `labels`: where the words of a key come from: itself, a member, an account or a segment.
    """

    id: str
    name: str | Promise
    key: str
    empty: str | Promise
    labels: str = "itself"
    is_of_deals: bool = False


GROUPS: dict[str, Grouping] = {
    group.id: group
    for group in (
        Grouping("owner", _("Owner"), "a.owner_id::text", _("No owner"), "member"),
        Grouping("deal_owner_region", _("Deal owner's region"), "m.region", _("No region"), is_of_deals=True),
        Grouping("deal_owner", _("Deal owner"), "d.owner_id::text", _("No deal owner"), "member", is_of_deals=True),
        Grouping("team", _("Team"), "o.team", _("No team")),
        Grouping("industry", _("Industry"), "a.industry", _("No industry")),
        Grouping("country", _("Country"), "a.country", _("No country")),
        Grouping("segment", _("Segment"), "a.segment_current", _("No segment"), "segment"),
        Grouping("top_account", _("Top account"), "top.id::text", _("No account"), "account"),
    )
}
MOST_GROUPS = 2
# When the deals make the groups, the keys of the rows without any counted deal, and of the deals that the reader may not open: in
# whose group, or in which region's, they stand is not told. Other keys begin with "=".
NOTHING_COUNTED, UNOPENED = "-", "~"


def group_path(keys: Sequence[str]) -> str:
    """How a group is named in one text: by its key, within another group by both as JSON; "" for none."""
    return json.dumps(list(keys)) if len(keys) > 1 else "".join(keys)


def group_keys(path: str) -> tuple[str, ...]:
    """The keys that a path names; a path that is none is taken as a key, which no group has."""
    if path.startswith("["):
        try:
            found = json.loads(path)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, list) and 0 < len(found) <= MOST_GROUPS and all(map(_is_key, found)):
            return tuple(found)
    return (path,) if path else ()


def _is_key(value: object) -> bool:
    """NUL and half a surrogate pair can be written in JSON, and are in no key: the database does not know them."""
    return isinstance(value, str) and value == value.replace("\x00", "").encode("utf-8", "ignore").decode()
