"""Accounts and deals of named companies, and a list of them as one reader asks for it."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import QueryDict

from keystead.data.models import Account, Deal, Member
from keystead.domain.accounts.columns import ACCOUNTS, account_rows
from keystead.domain.deals.columns import DEALS, deal_rows
from keystead.domain.grid.asking import read_asked
from keystead.domain.grid.columns import Reader
from keystead.domain.grid.rows import Rows

TODAY = date(2026, 6, 15)


def accounts(query: str, viewer: Member) -> Rows:
    return account_rows(read_asked(QueryDict(query), ACCOUNTS), Reader(viewer, TODAY))


def deals(query: str, viewer: Member) -> Rows:
    return deal_rows(read_asked(QueryDict(query), DEALS), Reader(viewer, TODAY))


def deal(name: str, amount: str | None, currency: str = "EUR", at: Account | None = None, **fields: Any) -> Deal:
    given = {"close_date": date(2026, 3, 1), "status": "won"} | fields
    return Deal.objects.create(
        name=name, amount=None if amount is None else Decimal(amount), currency=currency, account=at, **given
    )


def names(rows: Rows, size: int = 100) -> list[str]:
    """Every row's name, read in pages of a size, so that going on after a page is part of every test."""
    found, cursor = [], ""
    while True:
        page, cursor = rows.page(cursor, limit=size)
        found += [record.name for record in page]
        if not cursor:
            return found
