"""The first rows of an explanation for a reader who sees everything: the deals are read once and only those shown are converted;
of all accounts together not even read, since each currency's index of amounts begins with the largest.

How much all of them are together is known from what is kept; so a total over 200,000 deals is explained as quickly as its first
hundred rows can be found. Which rows of anything less than all come first is kept too (kept_evidence). The order is
decided at today's rates; what each is worth is exact.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from typing import Any

from django.db import connection

from keystead.data.counting.models import count
from keystead.data.deals.models import Deal
from keystead.data.workspace.models import Member
from keystead.domain.accounts.portfolio.answers import can_be_kept, narrowing
from keystead.domain.accounts.portfolio.chain_sql import covering, sees_all, wanted_of
from keystead.domain.accounts.portfolio.columns import Grouping
from keystead.domain.accounts.portfolio.first_rows_sql import (
    COUNTS_OF_EVERY,
    DEALS_ORDER,
    DEALS_SORTED,
    DEALS_TOLD,
    EVIDENCE,
    FIRST_OF_EVERY,
    NEAR,
    OF_OWNERS,
    OTHERS_OF_EVERY,
    OTHERS_ORDER,
    OTHERS_SORTED,
    OTHERS_TOLD,
    RANKED_DEALS,
    SCOPE_OF_COVER,
    TARGETS_ORDER,
    TARGETS_SORTED,
    TARGETS_TOLD,
)
from keystead.domain.accounts.portfolio.keeping import fresh_period
from keystead.domain.accounts.portfolio.kept_evidence import Class, found_classes, kept_classes
from keystead.domain.accounts.portfolio.query import PortfolioQuery

MOST_LEFT_OUT = 25  # of each reason
DEEPEST = 1_000  # rows from the first on; further down it is quicker to have them all sorted, once

type Told = tuple[str, int, list[Sequence[Any]]]  # a class, how many there are, the rows that are listed


@dataclass(frozen=True, slots=True)
class Asked:
    """Which deals: those of the group whose key this is (none: of all), and which of their statuses count in the figure."""

    query: PortfolioQuery
    viewer: Member
    today: date
    keys: Sequence[str]
    parts: Mapping[str, int]
    is_weighted: bool
    start: int
    most: int

    @property
    def pairs(self) -> list[tuple[Grouping, str]]:
        return list(zip(self.query.groupings, self.keys, strict=False))

    @property
    def of_accounts(self) -> list[str]:
        return [key for grouping, key in self.pairs if not grouping.is_of_deals]

    @property
    def of_deals(self) -> list[tuple[Grouping, str]]:
        return [(grouping, key) for grouping, key in self.pairs if grouping.is_of_deals]

    @property
    def is_of_all(self) -> bool:
        """No account is left out."""
        return not (self.of_accounts or self.query.is_narrowed)

    @property
    def is_by_amount(self) -> bool:
        """The first rows are those with the largest amounts of each currency, of all accounts and owners."""
        is_plain = not (self.is_weighted and "open" in self.parts)
        return self.is_of_all and not self.of_deals and is_plain and self.start + self.most <= DEEPEST


@dataclass(frozen=True, slots=True)
class _There:
    """How many deals of all accounts the period has: won and open ones with a rate and without, of these the open with an amount;
    won and open ones without an amount; lost ones."""

    rated: int
    unrated: int
    open: int
    bare: int
    lost: int


def can_be_quick(query: PortfolioQuery, viewer: Member) -> bool:
    """Whether what all rows come to is known without reading them: nothing is hidden, no account picked by what it comes to."""
    return sees_all(viewer) and query.accounts is None and query.below is None and query.covers == "plan"


class FirstRows:
    """Rows as the database gives them, each by class, with its count: `deals` of the period, `others` near it, `targets`."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.wanted = wanted_of(asked.query, asked.viewer, asked.today)
        self.cover, self.parameters = covering(asked.query, viewer=asked.viewer, today=asked.today, of_accounts=asked.of_accounts)
        self.parameters |= {
            "kept": fresh_period(self.wanted).id, "parts": list(asked.parts), "weighted": asked.is_weighted,
            "won_sign": asked.parts.get("won", 1), "skipped": asked.start, "most": asked.most,
            "most_named": MOST_LEFT_OUT, "most_out": min(asked.most, MOST_LEFT_OUT),
        }  # fmt: skip
        self.of_owners = self._of_owners()

    def _of_owners(self) -> str:
        """A condition on deals: their owner is of the group. Her deals are found by an index, a region's words are not."""
        if not self.asked.of_deals:
            return "true"
        conditions = []
        for number, (grouping, key) in enumerate(self.asked.of_deals):
            words = grouping.key.replace("d.owner_id", "m.id")
            conditions.append(f"'=' || coalesce({words}, '') = %(of_deal{number})s")
            self.parameters[f"of_deal{number}"] = key
        with connection.cursor() as cursor:
            cursor.execute(OF_OWNERS.format(where=" AND ".join(conditions)), self.parameters)
            self.parameters["owners"] = [row[0] for row in cursor.fetchall()]
        nobody = all(key == "=" for _, key in self.asked.of_deals)
        return "(d.owner_id = ANY(%(owners)s) OR d.owner_id IS NULL)" if nobody else "d.owner_id = ANY(%(owners)s)"

    def deals(self) -> list[Told]:
        if self.asked.is_by_amount and not self._there.unrated:
            counts = self._classes()
            rest = [status for status in ("won", "open") if status not in self.asked.parts]
            self.parameters |= {
                "deep": self.asked.start + self.asked.most, "rest": rest,
                "most_rest": self.parameters["most_out"] if rest else 0,  # nothing is looked for where there is nothing
                "classes": list(counts), "together": list(counts.values()),
            }  # fmt: skip
            return self._by_class(self.cover + FIRST_OF_EVERY)
        of_figure = [sorted(self.asked.parts), self.asked.is_weighted]
        return self._told(self._sorted("deals", of_figure, DEALS_SORTED, DEALS_ORDER), RANKED_DEALS + DEALS_TOLD)

    def targets(self) -> list[Told]:
        """The plans of these accounts, those with a target largest first, and why the others have none."""
        self.parameters["skipped"] = 0  # there is one page of them
        return self._told(self._sorted("targets", [], TARGETS_SORTED, TARGETS_ORDER), TARGETS_TOLD)

    def _sorted(self, kind: str, of_figure: list[Any], rows: str, order: str) -> list[Class]:
        """The rows of a kind by class, kept where many may ask for them."""
        asked, step, scope = self.asked, SCOPE_OF_COVER, "d.account_id IN (SELECT account_id FROM scope)"
        if asked.is_of_all:
            step, scope = "", "d.account_id IS NOT NULL"
        steps = self.cover + ("" if kind == "targets" else step) + rows.format(scope=scope, of_owners=self.of_owners)
        steps += f", found AS ({EVIDENCE.format(order=order)})"
        if not can_be_kept(asked.query, asked.viewer):
            return found_classes(steps, self.parameters)
        question = json.dumps([kind, asked.query.group, list(asked.keys), narrowing(asked.query), *of_figure])
        return kept_classes(steps, self.parameters, question=question, wanted=self.wanted)

    def _told(self, classes: list[Class], sql: str) -> list[Told]:
        listed = [(each.name, each.together, key) for each in classes for key in (each.ids or (None,))]
        names, together, ids = zip(*listed, strict=True)
        self.parameters |= {"classes": list(names), "together": list(together), "ids": list(ids)}
        return self._by_class(sql)

    @cached_property
    def _there(self) -> _There:
        with connection.cursor() as cursor:
            cursor.execute(COUNTS_OF_EVERY, self.parameters)
            return _There(*(int(number) for number in cursor.fetchone()))

    def _classes(self) -> dict[str, int]:
        """How many deals of the period there are of each class, when none lacks a rate."""
        of_status = {"won": self._there.rated - self._there.open, "open": self._there.open}
        left_out = {status: number for status, number in of_status.items() if status not in self.asked.parts}
        return {"counts": sum(of_status[status] for status in self.asked.parts), "no_amount": self._there.bare} | left_out

    def others(self) -> list[Told]:
        if self.asked.is_of_all and not self.asked.of_deals:
            within = self._there.rated + self._there.unrated + self._there.bare + self._there.lost
            self.parameters |= {
                "deals_there": count(Deal.objects.all()), "within_there": within, "lost_there": self._there.lost,
            }  # fmt: skip
            return self._by_class(OTHERS_OF_EVERY)
        told = self._told(self._sorted("others", [], OTHERS_SORTED, OTHERS_ORDER), OTHERS_TOLD)
        return told if self.asked.of_accounts else told + self._by_class(NEAR.format(of_owners=self.of_owners))

    def _by_class(self, sql: str) -> list[Told]:
        """The rows of a statement, without class and count; a class without rows has one of NULLs."""
        with connection.cursor() as cursor:
            cursor.execute(sql, self.parameters)
            found: Iterable[Sequence[Any]] = cursor.fetchall()
        made = []
        for class_, rows in groupby(found, key=lambda row: row[0]):
            listed = list(rows)
            if listed[0][1]:
                made.append((class_, int(listed[0][1]), [row[2:] for row in listed if row[2] is not None]))
        return made


def sum_of(values: Mapping[str, Decimal | None], parts: Mapping[str, int], *, is_weighted: bool) -> Decimal:
    """What the deals of a figure are together, from the figures of its line: exactly what their rows would add up to."""
    amounts = {"won": values["won"], "open": values["weighted_pipeline" if is_weighted else "pipeline"]}
    return sum((sign * (amounts[status] or Decimal(0)) for status, sign in parts.items()), Decimal(0))
