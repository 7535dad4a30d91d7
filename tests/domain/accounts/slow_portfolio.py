"""The slow twin of the portfolio: plain loops over small lists, no sets, no SQL. What it says is the definition."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from keystead.base.periods import Period


@dataclass
class Line:
    target: Fraction | None = None
    won: Fraction = Fraction(0)
    pipeline: Fraction = Fraction(0)
    weighted: Fraction = Fraction(0)
    deals: int = 0
    hidden: int = 0
    unrated: int = 0
    members: set[Any] = field(default_factory=set)


@dataclass
class Books:
    """Everything that there is, as lists of model instances; `seen` are the ids of the deals that the viewer may open."""

    accounts: list[Any]
    plans: list[Any]
    deals: list[Any]
    rates: list[Any]
    currency: str
    today: date
    seen: set[Any]
    include_hidden: bool = False
    current_rates: bool = False

    def rate(self, base: str, day: date) -> Fraction | None:
        if base == self.currency:
            return Fraction(1)
        known = [rate for rate in self.rates if rate.base == base and rate.quote == self.currency and rate.date <= day]
        return Fraction(max(known, key=lambda rate: rate.date).rate) if known else None

    def is_below(self, account: Any, top: Any) -> bool:
        while account is not None:
            if account.pk == top.pk:
                return True
            account = next((other for other in self.accounts if other.pk == account.parent_id), None)
        return False

    def plans_of(self, account: Any, period: Period) -> list[Any]:
        return [
            plan
            for plan in self.plans
            if plan.account_id == account.pk
            and plan.status != "archived"
            and period.overlaps(Period(plan.start_date, plan.end_date))
        ]

    def covered(self, account: Any, period: Period) -> list[Any]:
        wide = any(plan.includes_descendants for plan in self.plans_of(account, period))
        return [other for other in self.accounts if other.pk == account.pk or (wide and self.is_below(other, account))]

    def target(self, account: Any, period: Period) -> Fraction | None:
        found = None
        for plan in self.plans_of(account, period):
            whole = Period(plan.start_date, plan.end_date)
            rate = self.rate(plan.currency, min(plan.start_date, self.today))
            if plan.target is not None and rate is not None and whole.overlaps(period):
                inside = Period(max(whole.start, period.start), min(whole.end, period.end))
                found = (found or Fraction(0)) + Fraction(plan.target) * rate * Fraction(inside.days, whole.days)
        return found

    def add(self, line: Line, accounts: Iterable[Any], period: Period, key: Any = None) -> Line:
        """Adds the deals of these accounts to the line, each account once."""
        for pk in {account.pk for account in accounts}:
            for deal in self.deals:
                if deal.account_id == pk and (key is None or key(deal)):
                    self._add_deal(line, deal, period)
        return line

    def _add_deal(self, line: Line, deal: Any, period: Period) -> None:
        if deal.status == "lost" or deal.close_date is None or not period.contains(deal.close_date) or deal.amount is None:
            return
        visible = deal.pk in self.seen
        if not visible and not self.include_hidden:
            line.hidden += 1
            return
        rate = self.rate(deal.currency, self.today if self.current_rates else min(deal.close_date, self.today))
        if rate is None:
            line.unrated += 1
            return
        line.hidden += 0 if visible else 1
        value = Fraction(deal.amount) * rate
        line.deals += 1
        if deal.status == "won":
            line.won += value
        else:
            line.pipeline += value
            line.weighted += value * Fraction(deal.probability or Decimal(0)) / 100

    def line(self, account: Any, period: Period) -> Line:
        return self.add(Line(target=self.target(account, period)), self.covered(account, period), period)

    def total(self, accounts: list[Any], period: Period, key: Any = None) -> Line:
        """Each deal once, however many of the accounts cover it; the targets of all."""
        covered = [other for account in accounts for other in self.covered(account, period)]
        targets = [target for account in accounts if (target := self.target(account, period)) is not None]
        return self.add(Line(target=sum(targets, Fraction(0)) if targets else None), covered, period, key)
