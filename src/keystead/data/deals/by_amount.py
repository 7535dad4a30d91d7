"""Deals in the order of their bare amounts, whatever their currencies.

An index has each currency's amounts in order, so the first of all are among the first of each. One index over all currencies
would cost every import a twentieth of its time, to serve this alone.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from keystead.base.scope import current_workspace
from keystead.data.deals.models import Deal

_KNOWN = "FROM keystead_deal d WHERE d.workspace_id = %(workspace)s AND d.amount IS NOT NULL"
# `codes`: the currencies of all amounts, found one after another in the index, and a NULL behind the last.
CODES = f"""codes AS (
  SELECT (SELECT d.currency {_KNOWN} ORDER BY d.currency LIMIT 1) AS currency
  UNION ALL
  SELECT (SELECT d.currency {_KNOWN} AND d.currency > codes.currency ORDER BY d.currency LIMIT 1)
  FROM codes WHERE codes.currency IS NOT NULL
)"""


def first_by_amount(deals: QuerySet[Deal], order: Sequence[Any], most: int) -> list[UUID]:
    """The keys of deals among which are the first `most` in this order, which begins with the amount."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE {CODES} SELECT currency FROM codes WHERE currency IS NOT NULL", {"workspace": current_workspace()}
        )
        lanes = [Q(amount__isnull=False, currency=row[0]) for row in cursor.fetchall()]
    ends = [deals.filter(lane).order_by(*order).values_list("pk", flat=True)[:most] for lane in (Q(amount__isnull=True), *lanes)]
    return list(ends[0].union(*ends[1:], all=True))
