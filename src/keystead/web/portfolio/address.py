"""The portfolio's state lives in its address: every link is the present state with something changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from keystead.base.periods import Period
from keystead.domain.accounts.portfolio.columns import COLUMNS
from keystead.domain.accounts.portfolio.query import PortfolioQuery

OPTIONAL = [column.id for column in COLUMNS.values() if column.is_optional]


@dataclass(frozen=True, slots=True)
class Address:
    """Builds `?…` with what differs from the defaults. `base` are the parameters of the page as it is."""

    base: Mapping[str, str | tuple[str, ...]]

    @classmethod
    def of(cls, query: PortfolioQuery, columns: list[str], usual: Period) -> "Address":
        below = "" if query.below is None else f"{query.below * 100:f}".rstrip("0").rstrip(".")
        order = ",".join(sort.key for sort in query.order)
        values: dict[str, str | tuple[str, ...]] = {
            "period": "" if query.period == usual else query.period.key,
            "q": query.text, "owner": query.owner, "segment": query.segment, "segment_target": query.segment_target,
            "industry": query.industry, "country": query.country, "plan": query.plan,
            "is_key": "" if query.is_key is None else str(int(query.is_key)),
            "below": below, "group": query.group, "order": "" if order == "account" else order, "columns": ",".join(columns),
        }  # fmt: skip
        return cls(values | {f"foot_{column}": how for column, how in query.foot.items() if how != "sum"})

    def query(self, **changes: object) -> str:
        """The query string, "" when everything is at its default."""
        values = {**self.base, **{name: "" if value is None else str(value) for name, value in changes.items()}}
        return urlencode({name: value for name, value in values.items() if value}, doseq=True)

    def to(self, **changes: object) -> str:
        text = self.query(**changes)
        return f"?{text}" if text else "?"


def chosen_columns(text: str) -> list[str]:
    """The optional columns that the address names, in the grid's order."""
    wanted = {part.strip() for part in text.split(",")}
    return [name for name in OPTIONAL if name in wanted]
