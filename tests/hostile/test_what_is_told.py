"""What a page, an answer, a button or a live notice gives away without being asked for it."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.db import DatabaseError, transaction
from django.db.models import F, TextField, Value
from django.db.models.functions import Cast, Concat, Right
from django.test import Client
from django.urls import reverse

from keystead.base.scope import open_scope
from keystead.data.models import (
    Account,
    Action,
    ApiToken,
    AuditEvent,
    Contact,
    Deal,
    Import,
    Measure,
    Member,
    Objective,
    Order,
    Plan,
    Product,
    SavedView,
    Stage,
    SwotItem,
    Workspace,
)
from keystead.domain.accounts.editing import change_account
from keystead.domain.deals.editing import create_deal
from keystead.domain.live.notices import Notice
from keystead.domain.live.telling import heard, look_around
from keystead.domain.live.topics import listener
from keystead.domain.plans.linking import relink
from keystead.domain.undoing.obstacles import without_the_unseen
from keystead.domain.undoing.refusals import CannotUndo, Obstacle
from keystead.domain.undoing.sentences import sentences
from keystead.domain.workspace.audit import record
from tests.api.conftest import Caller, Callers
from tests.domain.undoing.scene import change, take_back
from tests.support.world import World, account
from tests.test_rights_walk import PAGES, Samples, address, samples, text

__all__ = ["samples"]
SECRET = "Zanzibar Secrets"
RUN = '=1+1"><img src=x onerror=alert(1)>'  # what would be run by a page, and what by a spreadsheet
YEAR = {"start_date": date(2026, 1, 1), "end_date": date(2026, 12, 31), "currency": "EUR"}


def signed_in(member: Member) -> Client:
    client = Client(raise_request_exception=False)
    assert member.user is not None
    client.force_login(member.user)
    return client


# The name of an account


@pytest.fixture
def planted(world: World, samples: Samples) -> dict[str, Any]:
    """Zanzibar Secrets is Bob's; a plan and a deal of Alice's are at it, an account of hers stands below it."""
    with world.inside():
        secret = account(SECRET, owner=world.bob)
        plan = Plan.objects.create(name="Visible plan", account=secret, owner=world.alice, **YEAR)
        deal = create_deal(
            viewer=world.olga, fields={"name": "Visible deal", "account": secret, "owner": world.alice, "amount": 5}
        )
        below = account("Visible account", owner=world.alice, parent=secret)
        objective = Objective.objects.create(plan=plan, title="Visible objective", rank=1)
        order = Order.objects.create(number="1", account=secret, amount=1, currency="EUR", order_date=date(2026, 5, 1), deal=deal)
        Contact.objects.create(account=secret, last_name="Mallory")
        relink(everything=True)
        named: dict[Any, str] = {
            SavedView: "name", Import: "filename", ApiToken: "name", Product: "name", Stage: "name", Contact: "last_name",
            Action: "title", SwotItem: "text", Measure: "name", Order: "number", Objective: "title", Deal: "name", Plan: "name",
        }  # fmt: skip
        for model, column in named.items():
            model.objects.update(**{column: Concat(Value(RUN), Right(Cast("pk", TextField()), 6))})
        for member in Member.objects.exclude(pk=world.alice.pk):
            Member.objects.filter(pk=member.pk).update(name=f"{RUN}{member.name}", team=RUN, region=RUN)
        Account.objects.exclude(pk=secret.pk).update(name=Concat(Value(RUN), F("name")), industry=RUN, website=RUN)
    at = samples.values
    at.update(
        {("plans", "pk"): plan.pk, ("objectives", "item"): objective.pk, ("deals", "pk"): deal.pk, ("orders", "pk"): order.pk}
    )
    at.update({("accounts", "pk"): below.pk, ("portfolio", "pk"): below.pk, ("why", "pk"): below.pk})
    return {"secret": secret, "plan": plan, "deal": deal, "samples": samples}


def test_no_page_tells_the_name_of_an_account_that_its_reader_may_not_see_or_runs_what_somebody_wrote(
    world: World, planted: dict[str, Any]
) -> None:
    client, told, run, met = signed_in(world.alice), [], [], 0
    urls = [address(planted["samples"], *page) for page in PAGES]
    for url in [*urls, "/w/northwind/find/?q=visible", "/w/northwind/deals/?group=account", "/w/northwind/plans/?order=account"]:
        answer = client.get(url)
        assert (url, answer.status_code in (200, 302, 304, 403, 404, 405)) == (url, True)
        page = text(answer)
        told += [url] if SECRET in page else []
        met += "&lt;img src=x" in page
        is_file = "csv" in answer.headers.get("Content-Type", "")
        run += [url] if (re.search(r'(^|[,;"])=1\+1', page, re.MULTILINE) if is_file else "<img src=x" in page) else []
    for kind, pk in (("plans", planted["plan"].pk), ("deals", planted["deal"].pk)):
        told += [kind] if SECRET in text(client.get(reverse("why", args=["northwind", kind, pk]))) else []
    assert (told, run) == ([], [])
    assert met > 20
    plan_page = reverse("plans:detail", args=["northwind", planted["plan"].pk])
    assert "An account that you may not see" in text(client.get(plan_page))
    assert SECRET in text(signed_in(world.olga).get(plan_page))


def paths(caller: Caller) -> Iterator[str]:
    for path, ways in caller.get("/openapi.json").data["paths"].items():
        if "get" in ways:
            yield path


def test_no_answer_of_the_api_tells_it_either(world: World, planted: dict[str, Any], callers: Callers) -> None:
    keys = {"plans": planted["plan"].pk, "deals": planted["deal"].pk}
    asked, told = 0, []
    for path in paths(callers.alice):
        noun = path.removeprefix("/api/v1/").split("/")[0]
        filled = path
        while "{" in filled:
            head, _, rest = filled.partition("{")
            name, _, tail = rest.partition("}")
            filled = f"{head}{'won' if name == 'kpi' else keys.get(noun, planted['secret'].pk)}{tail}"
        answer = callers.alice.get(filled + ("?q=visible" if noun == "find" else ""))
        asked += answer.status_code == 200
        told += [filled] if SECRET.encode() in answer.content else []
    assert told == []
    assert asked > 10


# Tokens and the second step


def test_a_token_from_before_the_rule_rests_until_its_member_has_a_second_step(world: World, callers: Callers) -> None:
    assert callers.alice.get("/accounts").status_code == 200
    with world.inside():
        Workspace.objects.filter(pk=world.northwind.pk).update(second_step="everybody")
    for way in (callers.alice.get("/accounts"), callers.alice.post("/accounts", {"name": "X"})):
        assert (way.status_code, way.data["code"]) == (403, "second_step_required")
        assert way["Content-Type"] == "application/problem+json"
        assert "set one up" in way.data["detail"]
    Authenticator.objects.create(user=world.alice.user, type="recovery_codes", data={})
    assert callers.alice.get("/accounts").status_code == 403, "codes alone are no second step"
    Authenticator.objects.create(user=world.alice.user, type="totp", data={})
    assert callers.alice.get("/accounts").status_code == 200
    with world.inside():
        Workspace.objects.filter(pk=world.northwind.pk).update(second_step="admins")
    assert callers.olga.get("/accounts").status_code == 403
    assert callers.bob.get("/accounts").status_code == 200


# Who acts


@pytest.mark.parametrize("column", ["actor", "via", "ip", "agent", "member_id", "user_id"])
def test_nobody_writes_another_ones_name_into_the_audit_log(world: World, column: str) -> None:
    values = {"member_id": str(world.bob.pk), "user_id": "1"}
    with world.inside(), pytest.raises(DatabaseError, match="told by the session"), transaction.atomic():
        AuditEvent.objects.bulk_create([AuditEvent(kind="exported", **{column: values.get(column, "Bob Brown")})])


def test_the_member_who_acts_is_the_login_that_acts_under_her_own_name(world: World) -> None:
    forged = {"member": str(world.bob.pk), "name": "Bob Brown", "via": "web"}
    scope = {"workspace_id": world.northwind.pk, "user_id": world.alice.user_id}
    with open_scope(**scope, actor=forged), pytest.raises(DatabaseError, match="not the login"), transaction.atomic():
        record(kind="exported")
    with open_scope(**scope, actor={"member": str(world.alice.pk), "name": "Bob Brown", "via": "web"}):
        record(kind="exported")
        assert AuditEvent.objects.latest("number").actor == "Alice Alvarez"


# Undo


def test_an_undo_that_would_be_refused_is_not_offered(world: World) -> None:
    with world.inside():
        mine = account("Bright Tools", owner=world.alice)
    client, cell = signed_in(world.alice), f"/w/northwind/accounts/{mine.pk}/cells"
    kept = client.post(f"{cell}/industry/", {"industry": "Tools", "version": "1"}, headers={"HX-Request": "true"})
    assert "undo_url" in kept.headers["HX-Trigger"]
    given = client.post(f"{cell}/owner/", {"owner": str(world.bob.pk)}, headers={"HX-Request": "true"})
    assert given.status_code == 200, given.content
    assert "undo_url" not in given.headers.get("HX-Trigger", "")
    taken = client.post(f"/w/northwind/changes/{given.headers['Keystead-Change']}/undo/")
    assert taken.status_code == 403


def test_what_stands_in_an_undos_way_has_no_name_for_whom_it_is_hidden_from(world: World) -> None:
    with world.inside():
        mine = account("Bright Tools", owner=world.alice)
        lost = create_deal(viewer=world.alice, fields={"name": "Visible deal", "account": mine, "amount": 5})

    def both() -> None:
        change_account(account=mine, viewer=world.alice, fields={"industry": "Tools"})
        Deal.objects.filter(pk=lost.pk).update(amount=6)

    written = change(world.alice, both)
    renamed = {"name": SECRET, "industry": "Oil"}
    change(world.olga, lambda: change_account(account=mine, viewer=world.olga, fields=renamed))
    with world.inside(), pytest.raises(CannotUndo) as seen:
        take_back(world.alice, written)
    assert SECRET in " ".join(sentences(seen.value)), "what is hers is told by its name"
    with world.inside():
        other = account("Elsewhere", owner=world.bob)
    change(world.olga, lambda: Deal.objects.filter(pk=lost.pk).update(name="Zinc", owner=world.bob, account=other, amount=9))
    with world.inside():
        told = Obstacle("changed", "Deal", lost.pk, "Zinc", Deal._meta.get_field("amount"), "Olga Owner")
        for viewer, hidden in ((world.alice, True), (world.bob, False), (world.olga, False)):
            (one,) = sentences(CannotUndo("changed_since", obstacles=without_the_unseen([told], viewer)))
            assert ("Zinc" not in one and "Olga" not in one) == hidden, viewer.name


# Pages that are not there


def test_a_guest_learns_from_no_missing_page_who_the_administrators_are(world: World) -> None:
    missing = f"/w/northwind/accounts/{uuid4()}/"
    assert "Olga Owner" in text(signed_in(world.alice).get(missing))
    page = signed_in(world.gus).get(missing)
    assert page.status_code == 404
    assert "Olga" not in text(page)
    assert "olga@" not in text(page)


# Live pages


def test_a_live_page_says_nothing_of_changes_that_its_reader_may_not_see(world: World) -> None:
    with world.inside():
        top = account("Visible account", owner=world.alice)
        secret = account(SECRET, owner=world.bob, parent=top)
        plan = Plan.objects.create(name="Visible plan", account=top, owner=world.alice, **YEAR)
    names = [f"account:{top.pk}", f"plan:{plan.pk}", "home", "deals", "accounts", "portfolio"]
    here = world.northwind.pk
    told = [
        Notice(here, "account", frozenset({secret.pk}), frozenset(secret.lineage), people=frozenset({world.bob.pk})),
        Notice(here, "contact", frozenset({uuid4()}), frozenset({secret.pk})),
        Notice(here, "deal", frozenset({uuid4()}), frozenset({secret.pk}), people=frozenset({world.bob.pk})),
        Notice(here, "deal", people=frozenset({world.bob.pk}), many=True),
        Notice(here, "plan", people=frozenset({world.bob.pk}), many=True),
    ]
    with world.inside():
        for notice in told:
            changes = look_around([notice])
            assert heard(listener(viewer=world.alice, names=names), changes) == {}, notice
            assert heard(listener(viewer=world.bob, names=["home", "deals", f"account:{secret.pk}"]), changes), notice
            assert heard(listener(viewer=world.olga, names=names), changes), notice
        own = Notice(here, "deal", people=frozenset({world.alice.pk}), many=True)
        assert heard(listener(viewer=world.alice, names=names), look_around([own])).keys() == set(names)
