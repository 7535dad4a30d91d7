"""The demo: full enough that no page is empty, and the same each time."""

from datetime import date

import pytest
from django.db import connection

from keystead.base.scope import open_scope
from keystead.data.models import Account, Deal, Objective, Order, Plan, User, Workspace
from keystead.domain.workspace.demo.build import LOGINS, PASSWORD, build_demo
from keystead.domain.workspace.founding import CannotFound

TODAY = date(2026, 6, 15)
FACTS = """
    SELECT md5(string_agg(concat_ws('|', external_id, name, amount, currency, close_date, status), ',' ORDER BY external_id))
    FROM keystead_deal
"""


def fingerprint(workspace: Workspace) -> str:
    with open_scope(workspace_id=workspace.pk), connection.cursor() as cursor:
        cursor.execute(FACTS)
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_the_demo_fills_every_page() -> None:
    demo = build_demo(today=TODAY)
    with open_scope(workspace_id=demo.pk):
        assert 50 <= Account.objects.count() <= 70
        assert Account.objects.exclude(parent=None).exists()
        assert Deal.objects.count() == 1500
        assert set(Deal.objects.values_list("currency", flat=True)) == {"EUR", "USD", "BRL"}
        assert set(Deal.objects.dates("close_date", "year")) >= {date(2024, 1, 1), date(2025, 1, 1), date(2026, 1, 1)}
        assert set(Plan.objects.values_list("status", flat=True)) == {"draft", "submitted", "approved", "rejected", "archived"}
        assert set(Order.objects.values_list("kind", flat=True)) == {"order", "invoice", "scheduled"}
        for objective in Objective.objects.filter(status="achieved"):
            assert all(measure.readings.latest("date").value == measure.target for measure in objective.measures.all())
    user = User.objects.get(email=LOGINS[0][0])
    assert user.check_password(PASSWORD)


@pytest.mark.django_db
def test_the_demo_is_the_same_each_time_and_never_made_twice() -> None:
    demo = build_demo(today=TODAY)
    first = fingerprint(demo)
    with pytest.raises(CannotFound):
        build_demo(today=TODAY)
    with open_scope(workspace_id=demo.pk):
        Workspace.objects.filter(pk=demo.pk).update(slug="demo-before")
    assert fingerprint(build_demo(today=TODAY)) == first
