"""Lists, views, references and streams, asked for what they should not say."""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from keystead.base.clock import now
from keystead.data.models import Account, AuditEvent, Deal, Member, Plan, Workspace
from keystead.data.workspace.views import SavedView
from keystead.domain.accounts.editing import change_account
from keystead.domain.deals.editing import change_deal
from keystead.domain.workspace.tokens import create_token
from keystead.web.live.door import enter
from keystead.web.plans.page import find_plan
from tests.api.conftest import Caller, Callers
from tests.support.world import World, account

YEAR = {"start_date": "2026-01-01", "end_date": "2026-12-31", "currency": "EUR"}


def _client(member: Member) -> Client:
    client = Client(raise_request_exception=False)
    assert member.user is not None
    client.force_login(member.user)
    return client


def test_a_field_does_not_tell_that_an_unseen_account_bears_the_same_name(world: World) -> None:
    with world.inside():
        mine = account("Secret Oil", owner=world.alice)
        deal = Deal.objects.create(name="Pipes", account=mine, owner=world.alice, currency="EUR")
        before = _client(world.alice).get(f"/w/northwind/deals/{deal.pk}/edit/").content.decode()
        account("Secret Oil", owner=world.bob)
    page = _client(world.alice).get(f"/w/northwind/deals/{deal.pk}/edit/").content.decode()
    assert 'value="Secret Oil"' in before
    assert 'value="Secret Oil"' in page
    assert mine.pk.hex[-8:] + "]" not in page


def test_a_filter_does_not_tell_under_which_unseen_account_a_plan_stands(world: World) -> None:
    with world.inside():
        above = account("Secret Holding", owner=world.bob)
        mine = account("Bright Tools", owner=world.alice, parent=above)
        Plan.objects.create(name="Plan of Alice", account=mine, owner=world.alice, **YEAR)
    client = _client(world.alice)
    for path in ("plans/?account={}", "plans/export.csv?columns=account,name&account={}", "plans/?part=rows&account={}"):
        assert b"Plan of Alice" not in client.get("/w/northwind/" + path.format(above.pk)).content
        assert b"Plan of Alice" in client.get("/w/northwind/" + path.format(mine.pk)).content


@pytest.mark.parametrize("query", ["&" * 3999, "a=1&" * 999, "order=" + "-" * 3900, "amount.from=1e999999", "%00=%00&q=%00"])
def test_a_hostile_shared_view_keeps_nobody_from_the_list(world: World, query: str) -> None:
    mona = _client(world.mona)
    sent = {"list": "deals", "name": "Everything", "query": query, "is_shared": "on"}
    assert mona.post("/w/northwind/views/", sent).status_code in (302, 422)
    with world.inside():
        views = list(SavedView.objects.all())
    for view in views:
        vera = _client(world.vera)
        assert vera.post("/w/northwind/views/default/", {"view": str(view.pk)}).status_code == 302
        assert vera.get("/w/northwind/deals/").status_code == 200
        assert vera.get("/w/northwind/deals/export.csv").status_code == 200


@pytest.mark.parametrize("name", ["\x00", "a\x00b", "x" * 4000, "  "])
def test_a_view_is_not_renamed_into_nonsense(world: World, name: str) -> None:
    mona = _client(world.mona)
    mona.post("/w/northwind/views/", {"list": "deals", "name": "Mine", "query": ""})
    with world.inside():
        view = SavedView.objects.get()
    assert mona.post(f"/w/northwind/views/{view.pk}/", {"name": name, "query": "q=\x00"}).status_code in (302, 422)
    assert mona.get("/w/northwind/deals/").status_code == 200


def test_a_private_view_is_nobody_elses(world: World) -> None:
    mona, bob = _client(world.mona), _client(world.bob)
    mona.post("/w/northwind/views/", {"list": "deals", "name": "Layoffs", "query": "q=secret"})
    with world.inside():
        view = SavedView.objects.get()
    assert b"secret" not in bob.get(f"/w/northwind/deals/?view={view.pk}").content
    for path, sent in (("", {"name": "Mine now"}), ("deletion/", {})):
        assert bob.post(f"/w/northwind/views/{view.pk}/{path}", sent).status_code == 404
    assert bob.post("/w/northwind/views/default/", {"view": str(view.pk)}).status_code == 404
    assert bob.post("/w/northwind/views/", {"list": "deals", "name": "All", "is_shared": "on"}).status_code == 403


def _bulk(client: Client, path: str, **form: Any) -> Any:
    return client.post(f"/w/northwind/{path}", {"step": "commit", **form})


def test_a_change_of_many_touches_no_row_beyond_the_right(world: World) -> None:
    with world.inside():
        mine = account("Bright Tools", owner=world.alice)
        hers = account("Secret Oil", owner=world.bob)
        theirs = Deal.objects.create(name="Hidden", account=hers, owner=world.bob, currency="EUR", probability=10)
        own = Deal.objects.create(name="Own", account=mine, owner=world.alice, currency="EUR", probability=10)
    picks = [str(hers.pk), str(mine.pk), str(theirs.pk), str(own.pk), str(uuid4())]
    for person in (world.alice, world.vera, world.gus):
        client = _client(person)
        for path in ("accounts/bulk/", "accounts/bulk/?view=all&q="):
            answer = _bulk(client, path, column="owner", owner=str(world.alice.pk), pick=picks)
            assert b"Secret Oil" not in answer.content
            _bulk(client, path, column="owner", owner=str(person.pk), all="1")
        for path in ("deals/bulk/", "deals/bulk/?group=owner"):
            _bulk(client, path, column="probability", probability="90", pick=picks)
            _bulk(client, path, column="probability", probability="90", all="1")
    with world.inside():
        assert Account.objects.get(pk=hers.pk).owner_id == world.bob.pk
        assert Account.objects.get(pk=mine.pk).owner_id == world.alice.pk
        assert Deal.objects.get(pk=theirs.pk).probability == 10
        assert Deal.objects.get(pk=own.pk).probability == 90


@pytest.mark.parametrize(
    ("path", "column"), [("accounts", "owner"), ("accounts", "parent"), ("deals", "owner"), ("deals", "account")]
)
def test_a_cell_takes_nothing_over(world: World, path: str, column: str) -> None:
    with world.inside():
        hers = account("Secret Oil", owner=world.bob)
        mine = account("Bright Tools", owner=world.alice)
        deal = Deal.objects.create(name="Hidden", account=hers, owner=world.bob, currency="EUR")
        own = Deal.objects.create(name="Own", account=mine, owner=world.alice, currency="EUR")
    client, record = _client(world.alice), hers if path == "accounts" else deal
    for value in (str(world.alice.pk), "Bright Tools", str(mine.pk)):
        assert client.post(f"/w/northwind/{path}/{record.pk}/cells/{column}/", {column: value}).status_code == 404
    assert client.get(f"/w/northwind/{path}/{record.pk}/cells/{column}/").status_code == 404
    for person in (world.vera, world.gus):
        answer = _client(person).post(f"/w/northwind/{path}/{record.pk}/cells/{column}/", {column: str(person.pk)})
        assert answer.status_code in (403, 404)
    own_record = mine if path == "accounts" else own
    for value in ("Secret Oil", str(hers.pk), f"Secret Oil [{hers.pk.hex[-8:]}]", str(world.charlie.pk)):
        answer = client.post(f"/w/northwind/{path}/{own_record.pk}/cells/{column}/", {column: value})
        assert answer.status_code == 422, value
        assert answer.content.decode().count("Secret Oil") <= value.count("Secret Oil") * 2
    with world.inside():
        assert Account.objects.get(pk=hers.pk).owner_id == world.bob.pk
        assert Deal.objects.get(pk=own.pk).account_id == mine.pk


def test_no_stream_opens_before_the_second_step_that_a_workspace_asks_for(world: World) -> None:
    client = _client(world.vera)
    client.get("/w/northwind/")
    key = client.session.session_key or ""
    with world.inside():
        mine = account("Bright Tools", owner=world.alice)
    topics = [f"northwind/account:{mine.pk}", "northwind/deals"]
    admitted = enter(key, topics)
    assert admitted is not None
    assert admitted.seats["northwind"].topics
    with world.inside():
        Workspace.objects.filter(pk=world.northwind.pk).update(second_step="everybody")
    assert client.get("/w/northwind/").status_code == 302
    admitted = enter(key, topics)
    assert admitted is None or "northwind" not in admitted.seats


def test_what_was_opened_lately_goes_with_the_right(world: World) -> None:
    with world.inside():
        mine = account("Bright Tools", owner=world.alice)
        deal = Deal.objects.create(name="Silver pipes", account=mine, owner=world.alice, currency="EUR")
    client = _client(world.alice)
    for path in (f"accounts/{mine.pk}/", f"deals/{deal.pk}/"):
        assert client.get(f"/w/northwind/{path}").status_code == 200
    assert b"Silver pipes" in client.get("/w/northwind/find/").content
    with world.inside():
        Account.objects.filter(pk=mine.pk).update(owner=world.bob)
        Deal.objects.filter(pk=deal.pk).update(owner=world.bob)
    for query in ("", "?q=silver", "?q=bright", "?q=slver+ppes", "?q=bt"):
        page = client.get(f"/w/northwind/find/{query}").content
        assert b"Silver pipes" not in page
        assert b"Bright Tools" not in page


def test_a_deal_of_hers_does_not_name_the_unseen_account_it_is_at(world: World) -> None:
    with world.inside():
        hers = account("Zanzibar Secrets", owner=world.bob, industry="Zinc", website="zinc.example", employees=7)
        deal = Deal.objects.create(name="Visible deal", account=hers, owner=world.alice, currency="EUR", amount=5)
        plan = Plan.objects.create(name="Visible plan", account=hers, owner=world.alice, **YEAR)
    client = _client(world.alice)
    queries = ["", "?q=zanzibar", "?order=account", "?group=account", "?account=Zanz", f"?account={hers.pk}"]
    paths = [f"{name}/{end}{query}" for name in ("deals", "plans") for end in ("", "export.csv") for query in queries]
    paths += [
        f"deals/{deal.pk}/cells/account/", f"plans/{plan.pk}/figures/won.csv", "find/?q=visible", "find/?q=zanzibar",
        "find/?q=zanz", "portfolio/?group=owner", f"portfolio/explanation?kpi=won&account={hers.pk}",
        "plans/?group=account&part=foot",
    ]  # fmt: skip
    for path in paths:
        body = b"".join(client.get(f"/w/northwind/{path}")).decode()
        shown = body.replace("zanzibar", "").replace("?account=Zanz", "").replace("account=Zanz", "")
        assert "Zanzibar Secrets" not in shown, path
        assert "Zinc" not in shown, path
    with world.inside():
        told = find_plan(SimpleNamespace(viewer=world.alice), plan.pk).account  # type: ignore[arg-type]
        assert (told.name, told.industry, told.website, told.employees) == ("An account that you may not see", "", "", None)


def test_a_history_does_not_name_the_unseen_account_from_which_a_deal_came(world: World) -> None:
    with world.inside():
        mine = account("Bright Tools", owner=world.alice)
        hers = account("Zanzibar Secrets", owner=world.bob)
        deal = Deal.objects.create(name="Visible deal", account=hers, owner=world.alice, currency="EUR", amount=5)
        change_deal(deal=deal, viewer=world.olga, fields={"account": mine})
        change_account(account=mine, viewer=world.olga, fields={"parent": hers})
        change_account(account=mine, viewer=world.olga, fields={"parent": None})
    client = _client(world.alice)
    for path in (f"accounts/{mine.pk}/activity/", f"deals/{deal.pk}/", f"accounts/{mine.pk}/", "accounts/", ""):
        assert "Zanzibar Secrets" not in client.get(f"/w/northwind/{path}").content.decode(), path
    sent = {"name": "Bright Tools 2", "version": "1", "parent": "Bright Tools", "initial-parent": ""}
    assert "Zanzibar Secrets" not in client.post(f"/w/northwind/accounts/{mine.pk}/edit/", sent).content.decode()


def test_the_api_names_no_unseen_account_either(world: World, callers: Callers) -> None:
    with world.inside():
        hers = account("Zanzibar Secrets", owner=world.bob)
        deal = Deal.objects.create(name="Visible deal", account=hers, owner=world.alice, currency="EUR", amount=5)
        Plan.objects.create(name="Visible plan", account=hers, owner=world.alice, **YEAR)
    ways = [
        f"/deals/{deal.pk}",
        "/deals",
        "/find?q=visible",
        "/find?q=zanz",
        "/portfolio",
        "/accounts",
    ]
    for path in ways:
        answer = callers.alice.get(path)
        assert b"Zanzibar" not in answer.content, path
    stale = callers.alice.patch(f"/deals/{deal.pk}", {"name": "Other"}, **{"If-Match": '"0"'})
    assert b"Zanzibar" not in stale.content


def test_a_token_for_one_thing_is_for_no_other(world: World, callers: Callers) -> None:
    with world.inside():
        mine = account("Bright Tools", owner=world.alice)
        keys = {
            scope: create_token(viewer=world.olga, name=scope, at=now(), scopes=[scope]).text
            for scope in ("read", "import", "write")
        }
    renamed = callers.olga.patch(f"/accounts/{mine.pk}", {"name": "Bright Toys"}, **{"If-Match": '"1"'})
    assert renamed.status_code == 200, renamed.content
    change = renamed.headers["Keystead-Change"]
    for scope in ("read", "import"):
        caller = Caller(keys[scope])
        assert caller.post(f"/changes/{change}/undo", None).status_code == 403
        assert caller.patch(f"/accounts/{mine.pk}", {"name": "X"}, **{"If-Match": '"2"'}).status_code == 403
        assert caller.delete(f"/accounts/{mine.pk}", **{"If-Match": '"2"'}).status_code == 403
        assert caller.post("/accounts", {"name": "X"}).status_code == 403
    for scope, key in keys.items():
        answer = Caller(key).get("/audit")
        assert answer.status_code in (403, 404), (scope, answer.status_code)
        assert b"token.made" not in answer.content
        assert Client().get("/w/northwind/accounts/", headers={"Authorization": f"Bearer {key}"}).status_code == 302
    assert Caller(keys["write"]).post(f"/changes/{change}/undo", None).status_code == 200


def test_a_plan_on_paper_is_noted_like_every_file(world: World) -> None:
    with world.inside():
        mine = account("Bright Tools", owner=world.alice)
        plan = Plan.objects.create(name="Plan of Alice", account=mine, owner=world.alice, **YEAR)
    assert _client(world.alice).get(f"/w/northwind/plans/{plan.pk}/one-page/").status_code == 200
    with world.inside():
        assert AuditEvent.objects.filter(kind="exported", subject__contains="bright-tools").count() == 1


@pytest.mark.parametrize("path", ["accounts/?group=is_key&", "accounts/?group=country&", "deals/?group=close_date&"])
def test_a_group_that_an_address_invents_is_answered_like_one_without_rows(world: World, path: str) -> None:
    with world.inside():
        account("Bright Tools", owner=world.olga, is_key=True)
    client = _client(world.olga)
    assert client.get(f"/w/northwind/{path}").status_code == 200
    for key in ("true", '"\\ud800"', '"2026-13-45"', '"\\u0000"', "[1]", '{"a":1}', "1e400", '"nonsense"'):
        for address in (f"{path}part=rows&in=[{key}]", f'{path}part=rows&order=name&after=[{key},"{uuid4()}"]'):
            assert client.get(f"/w/northwind/{address}").status_code == 200, address


def test_a_group_of_yes_and_no_opens_its_own_rows(world: World) -> None:
    with world.inside():
        account("Bright Tools", owner=world.olga, is_key=True)
        account("Dull Tools", owner=world.olga)
    client = _client(world.olga)
    assert b"Bright Tools" in client.get("/w/northwind/accounts/?group=is_key").content
    rows = client.get("/w/northwind/accounts/?group=is_key&part=rows&in=[true]").content
    assert b"Bright Tools" in rows
    assert b"Dull Tools" not in rows
