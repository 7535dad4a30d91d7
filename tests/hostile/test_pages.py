"""Every page of a workspace, walked by Alice and by a stranger: no name of Bob's, and no name works as markup or template."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from keystead.data.models import Account, Action, Contact, Deal, Member, Objective, Order, Plan, Product, Stage, SwotItem
from keystead.domain.accounts.tree import refresh_lineage
from keystead.domain.plans.linking import relink
from tests.support.world import World, account

EVIL = "\"'><img src=x onerror=alert(1)>{{ 7|add:7 }}{% now 'Y' %}<!--ks"
MARKUP = "<img src=x"
PAGES = [
    "", "accounts/", "accounts/?order=parent", "accounts/export.csv", "accounts/options/?kind=account&field=parent&parent=",
    "accounts/new/", "accounts/{account}/", "accounts/{account}/edit/", "accounts/{account}/plans/", "accounts/{account}/deals/",
    "accounts/{account}/deals/?below=1", "accounts/{account}/orders/", "accounts/{account}/activity/",
    "accounts/{account}/contacts/", "accounts/{account}/contacts/new/", "accounts/{account}/contacts/{contact}/",
    "accounts/{account}/team/", "deals/", "deals/?order=account", "deals/export.csv", "deals/new/", "deals/{deal}/",
    "deals/{deal}/edit/", "portfolio/", "portfolio/?group=product", "portfolio/?group=owner", "portfolio/?group=top",
    "portfolio/export.csv", "portfolio/explanation?kpi=won", "portfolio/explanation?kpi=won&account={account}&covers=tree",
    "plans/", "plans/new/", "plans/new/?account={account}", "plans/{plan}/", "plans/{plan}/objectives/", "plans/{plan}/actions/",
    "plans/{plan}/swot/", "plans/{plan}/revenue/", "plans/{plan}/history/", "plans/{plan}/edit/",
    "plans/{plan}/objectives/{objective}/", "members/", "members/{member}/", "settings/", "me/", "imports/", "stages/", "rates/",
]  # fmt: skip


def _client(member: Member) -> Client:
    client = Client(raise_request_exception=True)
    assert member.user is not None
    client.force_login(member.user)
    return client


def _ids(at: Account, mine: Account, world: World, text: str) -> dict[str, Any]:
    """One of everything, named so; revenue of Bob's below the account of Alice's."""
    dates = {"close_date": "2026-05-05", "currency": "EUR", "amount": 10, "status": "won"}
    product = Product.objects.create(name=text)
    contact = Contact.objects.create(last_name=text, first_name=text, title=text, account=mine)
    deal = Deal.objects.create(name=text, account=at, owner=world.alice, product=product, team_key=text[:100], **dates)
    Order.objects.create(number=text[:100], account=mine, deal=deal, amount=1, currency="EUR", order_date="2026-05-05")
    plan = Plan.objects.create(
        name=text, account=mine, owner=world.alice, summary=text, start_date="2026-01-01", end_date="2026-12-31", currency="EUR",
        target=100, includes_descendants=True,
    )  # fmt: skip
    objective = Objective.objects.create(plan=plan, title=text, owner=world.alice, stakeholder=contact, rank=1, approach=text)
    Action.objects.create(plan=plan, title=text, owner=world.alice, objective=objective)
    SwotItem.objects.create(plan=plan, quadrant="strength", text=text, competitor=text, lens="competitor", owner=world.alice)
    return {
        "account": mine.pk, "contact": contact.pk, "deal": deal.pk, "plan": plan.pk, "objective": objective.pk,
        "member": world.bob.pk,
    }  # fmt: skip


def _body(client: Client, path: str, ids: dict[str, Any]) -> str | None:
    response = client.get("/w/northwind/" + path.format(**ids))
    return response.content.decode() if response.status_code == 200 else None


def test_no_page_runs_what_somebody_wrote_as_a_name(world: World) -> None:
    with world.inside():
        mine = account(EVIL, owner=world.alice, industry=EVIL[:100], country=EVIL[:100], website="javascript:alert(1)")
        ids = _ids(mine, mine, world, EVIL)
        Stage.objects.create(name=EVIL[:100])
        Member.objects.update(region=EVIL[:100], team=EVIL[:100])
        Member.objects.filter(pk__in=[world.alice.pk, world.bob.pk, world.olga.pk]).update(name=EVIL)
        relink(everything=True)
    walked = 0
    for person in (world.olga, world.alice):
        client = _client(person)
        for path in PAGES:
            body = _body(client, path, ids)
            if body is None or ".csv" in path:
                continue
            walked += 1
            assert MARKUP not in body, path
            assert "14" + "2026" not in re.sub(r"\s", "", body), path
            assert 'href="javascript:' not in body, path
    assert walked > 70


@pytest.mark.parametrize("is_included", [False, True])
def test_no_page_of_alice_names_what_only_bob_sees(world: World, is_included: bool) -> None:
    secrets = ["Secret Oil", "Secret deal", "Secret plan", "Mallory", "SECRET-7"]
    with world.inside():
        type(world.northwind).objects.filter(pk=world.northwind.pk).update(totals_include_hidden=is_included)
        top = account("Secret Oil", owner=world.bob, industry="Secret Oil", country="Secret Oil")
        mine = account("Aurelia", owner=world.alice, parent=top)
        below = account("Secret Oil Iberia", owner=world.bob, parent=mine)
        refresh_lineage()
        ids = _ids(top, mine, world, "Plain")
        values = {"owner": world.bob, "currency": "EUR", "close_date": "2026-05-06", "status": "won", "amount": 77}
        for number, at in enumerate((top, below)):
            Deal.objects.create(name="Secret deal", account=at, external_id=f"SECRET-7{number}", **values)
            Order.objects.create(number="SECRET-7", account=at, amount=77, currency="EUR", order_date="2026-05-05")
            contact = Contact.objects.create(last_name="Mallory", account=at)
            Plan.objects.create(name="Secret plan", account=at, owner=world.bob, start_date="2026-01-01", end_date="2026-12-31",
                                currency="EUR", target=7777)  # fmt: skip
            hidden = Deal.objects.filter(name="Secret deal").first()
            Order.objects.create(
                number=f"O{number}", account=mine, deal=hidden, amount=7, currency="EUR", order_date="2026-05-05"
            )
            Deal.objects.create(name="Mine", account=at, **values | {"owner": world.alice})
        Objective.objects.update(stakeholder=contact)
        Contact.objects.filter(account=mine).update(reports_to=contact)
        relink(everything=True)
    client, walked = _client(world.alice), 0
    for path in PAGES:
        body = _body(client, path, ids)
        walked += body is not None
        for secret in secrets:
            assert secret not in (body or ""), (path, secret)
    assert walked > 35
    pdf = client.get(f"/w/northwind/plans/{ids['plan']}/one-page.pdf")
    assert b"Mallory" not in pdf.content


def test_a_stranger_and_nobody_get_none_of_it(world: World) -> None:
    with world.inside():
        mine = account("Aurelia", owner=world.alice)
        ids = _ids(mine, mine, world, "Plain")
    for client in (_client(world.charlie), Client()):
        for path in PAGES:
            response = client.get("/w/northwind/" + path.format(**ids))
            assert response.status_code in (302, 404), path
            assert b"Aurelia" not in response.content
        # his own address with her keys
        for path in PAGES:
            response = client.get("/w/contoso/" + path.format(**ids))
            assert b"Aurelia" not in response.content, path
            assert "{" not in path or response.status_code in (302, 404), path


@pytest.mark.parametrize("target", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_no_next_leads_out_of_the_house(world: World, target: str) -> None:
    with world.inside():
        ids = _ids(account("Aurelia", owner=world.alice), account("Other", owner=world.alice), world, "Plain")
    client = _client(world.alice)
    answers = [
        client.post("/i18n/setlang/", {"language": "es", "next": target}),
        client.post(
            f"/w/northwind/plans/{ids['plan']}/swot/", {"text": "x", "quadrant": "threat", "lens": "client", "next": target}
        ),
        Client().post(
            f"/auth/login/?next={quote(target)}", {"login": "alice@northwind.example", "password": "correct horse battery"}
        ),
    ]
    for response in answers:
        assert response.status_code == 302
        assert "evil" not in response.headers["Location"]
        assert "javascript" not in response.headers["Location"]


def test_a_file_for_a_spreadsheet_runs_no_formula(world: World) -> None:
    formula = '=HYPERLINK("http://evil.example";"x")'
    with world.inside():
        mine = account(formula, owner=world.alice)
        _ids(mine, mine, world, formula)
    client = _client(world.alice)
    for path in ("accounts/export.csv", "deals/export.csv", "portfolio/export.csv"):
        text = client.get(f"/w/northwind/{path}").content.decode()
        assert "=HYPERLINK" in text
        assert not re.search(r'(^|,)"?[=+@-]H', text, re.MULTILINE), path
