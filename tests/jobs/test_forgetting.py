"""What is forgotten at night, and what stays."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from keystead.base.clock import now
from keystead.data.counting.by_account import most_deals
from keystead.data.models import Account, CountLine, Deal, DealCountLine, IdempotentAnswer, Import, ImportRow
from keystead.domain.exchange import imports, purging
from keystead.domain.exchange.imports import TooOld
from keystead.domain.exchange.purging import purge_imports
from keystead.domain.plans.editing import create_plan
from keystead.jobs import upkeep
from tests.api.conftest import Caller, token_of
from tests.domain.exchange.importing import commit, read, undo
from tests.support.world import World, account

FILE = "Account\nAurelia\n"


def days(number: int) -> datetime:
    return now() + timedelta(days=number)


def test_an_import_that_was_left_lying_goes_after_a_month(
    world: World, files: Path, django_capture_on_commit_callbacks: object
) -> None:
    with world.inside():
        job = read(world.olga, "accounts", FILE)
        assert purge_imports(at=days(29)) == 0
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            assert purge_imports(at=days(31)) == 1
        assert not Import.objects.exists()
        assert not ImportRow.objects.exists()
        assert not job.file.storage.exists(job.file.name)


def test_a_written_import_keeps_its_line_and_cannot_be_undone_after_three_months(
    world: World, files: Path, django_capture_on_commit_callbacks: object
) -> None:
    with world.inside():
        job = commit(world.olga, read(world.olga, "accounts", FILE))
        assert purge_imports(at=days(89)) == 0
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            assert purge_imports(at=days(91)) == 1
        assert purge_imports(at=days(92)) == 0
        job.refresh_from_db()
        assert (job.state, job.counts["create"], job.filename) == ("committed", 1, "file.csv")
        assert not ImportRow.objects.exists()
        assert not job.file.storage.exists(job.file.name)
        with pytest.raises(TooOld):
            imports.request_undo(job=job, viewer=world.olga)
        assert Account.objects.count() == 1
    answer = Caller(token_of(world.olga)).post(f"/imports/{job.pk}/undo", None)
    assert (answer.status_code, answer.data["code"]) == (409, "too_old")
    assert "after 90 days" in answer.data["detail"]
    client = Client()
    client.force_login(world.olga.user)  # type: ignore[arg-type]
    page = client.get(f"/w/northwind/imports/{job.pk}/").text
    assert "it cannot be undone any more" in page
    assert f"/imports/{job.pk}/undo/" not in page


def test_an_undone_import_is_counted_from_its_undo(world: World) -> None:
    with world.inside():
        job = undo(world.olga, commit(world.olga, read(world.olga, "accounts", FILE)))
        Import.objects.filter(pk=job.pk).update(committed_at=days(-89))
        assert purge_imports(at=days(5)) == 0
        assert purge_imports(at=days(91)) == 1


def test_an_import_that_somebody_goes_on_with_at_this_moment_stays(world: World) -> None:
    with world.inside():
        left, written = read(world.olga, "accounts", FILE), commit(world.olga, read(world.olga, "accounts", FILE))
        imports.request_undo(job=written, viewer=world.olga)
        purging._throw_away(left.pk, days(-1))
        purging._forget_rows(written.pk, days(91))
        assert Import.objects.filter(purged_at=None).count() == 2
        assert set(ImportRow.objects.values_list("job", flat=True)) == {left.pk, written.pk}


def test_each_workspace_forgets_its_own_answers_to_repeats_after_a_week(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for member, slug in ((world.alice, "Aurelia"), (world.charlie, "Brasilux")):
        caller = Caller(token_of(member))
        assert caller.post("/accounts", {"name": slug}, **{"Idempotency-Key": "k-1"}).status_code == 201
    monkeypatch.setattr(upkeep.clock, "now", lambda: days(8))
    upkeep.forget.func(workspace_id=str(world.northwind.pk))
    with world.inside():
        assert not IdempotentAnswer.objects.exists()
    with world.inside(world.charlie):
        assert IdempotentAnswer.objects.count() == 1


def test_lines_of_counts_that_nobody_asks_for_do_not_pile_up(world: World) -> None:
    with world.inside():
        aurelia = Account.objects.create(name="Aurelia")
        for status in ("open", "won", "lost", "open"):
            Deal.objects.create(name="Renewal", account=aurelia, currency="EUR", status=status)
        Deal.objects.filter(status="won").update(status="lost")
    with world.inside(world.charlie):
        Deal.objects.create(name="Renewal", currency="EUR")
        Deal.objects.create(name="Renewal", currency="EUR")
    upkeep.forget.func(workspace_id=str(world.northwind.pk))
    with world.inside():
        lines = sorted(CountLine.objects.filter(table__startswith="keystead_deal").values_list("table", "change"))
        assert lines == [("keystead_deal", 4), ("keystead_deal:lost", 2), ("keystead_deal:open", 2), ("keystead_deal:won", 0)]
        assert not DealCountLine.objects.exists()
        assert most_deals(1) == [(aurelia.pk, 4)]
    with world.inside(world.charlie):
        assert CountLine.objects.filter(table="keystead_deal").count() == 2


def test_every_workspace_gets_its_own_job_of_forgetting(world: World) -> None:
    with world.inside():  # the app's login finds the workspaces of whoever is signed in; the worker's finds them all
        given = upkeep.forget_everywhere.func(timestamp=0)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT args ->> 'workspace_id' FROM procrastinate_jobs WHERE task_name = 'keystead.jobs.upkeep.forget'"
            )
            assert cursor.fetchall() == [(str(world.northwind.pk),)]
    assert given == 1


def test_links_of_revenue_that_are_wrong_are_put_right_at_night_and_said(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with world.inside(world.olga):
        year = {"start_date": date(2026, 1, 1), "end_date": date(2026, 12, 31)}
        plan = create_plan(viewer=world.olga, fields={"account": account("Aurelia Foods"), **year}, today=date(2026, 6, 1))
        Deal.objects.create(name="Cold rooms", account=plan.account, close_date=date(2026, 6, 1))  # by no verb
    upkeep.forget.func(workspace_id=str(world.northwind.pk))
    assert "1 link(s) of revenue" in caplog.text
    with world.inside():
        assert plan.links.count() == 1


def test_lineages_that_are_wrong_are_put_right_at_night_and_said(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with world.inside():
        top, former = account("Aurelia Foods"), account("Borealis")
        below = account("Aurelia Iberia", parent=top)
        Account.objects.filter(pk=below.pk).update(lineage=[former.pk, below.pk])  # by no verb
    upkeep.forget.func(workspace_id=str(world.northwind.pk))
    assert "1 lineage(s) of accounts" in caplog.text
    with world.inside():
        assert Account.objects.get(pk=below.pk).lineage == [top.pk, below.pk]
