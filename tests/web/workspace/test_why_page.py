"""Why somebody can, or cannot, see a thing: for oneself, for another member, and nothing about what is unseen."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from keystead.data.models import Action, Contact, Deal, Import, Member, Objective, Order, Plan
from keystead.domain.plans.editing import create_plan
from tests.support.world import World, account

HOME = "/w/northwind/"
FORGERY = r'CSRFToken": "\w+"|csrfmiddlewaretoken" value="\w+"'


@dataclass
class Things:
    of: dict[str, Any]


@pytest.fixture
def things(world: World) -> Things:
    """One of everything, at Alice's account."""
    with world.inside(world.alice):
        aurelia = account("Aurelia Foods", owner=world.alice)
        plan = create_plan(viewer=world.alice, fields={"account": aurelia, "target": Decimal(100)}, today=date(2026, 6, 1))
        job = Import.objects.create(kind="accounts", filename="aurelia.csv", by=world.alice, state="previewed")
        return Things({
            "accounts": aurelia, "plans": plan, "imports": job,
            "contacts": Contact.objects.create(account=aurelia, last_name="Romano"),
            "deals": Deal.objects.create(name="Cold room", account=aurelia, currency="EUR", created_date="2026-01-01"),
            "orders": Order.objects.create(number="A 1", account=aurelia, amount=5, currency="EUR", order_date="2026-05-01"),
            "objectives": Objective.objects.create(plan=plan, title="Grow", rank=1),
            "actions": Action.objects.create(plan=plan, title="Call"),
        })  # fmt: skip


def page(member: Member, kind: str, thing: Any, about: Member | None = None) -> Any:
    client = Client()
    client.force_login(member.user)
    return client.get(f"{HOME}why/{kind}/{thing.pk}/", {"member": str(about.pk)} if about else {})


def text(answer: Any) -> str:
    bare = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(bare.replace("&#x27;", "'").split())


@pytest.mark.parametrize("kind", ["accounts", "plans", "contacts", "deals", "orders", "objectives", "actions"])
def test_the_owner_of_the_account_is_told_so(world: World, things: Things, kind: str) -> None:
    answer = page(world.alice, kind, things.of[kind])
    assert "You own the account Aurelia Foods." in text(answer)


def test_an_import_is_its_makers_own(world: World, things: Things) -> None:
    assert "It is yours." in text(page(world.alice, "imports", things.of["imports"]))


def test_a_manager_reads_the_chain_that_leads_to_her(world: World, things: Things) -> None:
    with world.inside():
        theo = Member.objects.create(name="Theo Team", role="manager", manager=world.mona)
        Member.objects.filter(pk=world.alice.pk).update(manager=theo)
    told = text(page(world.mona, "accounts", things.of["accounts"]))
    assert "Alice Alvarez, who reports to you, owns the account Aurelia Foods." in told
    assert "Alice Alvarez → Theo Team → Mona Manager" in told


def test_a_viewer_reads_that_her_role_sees_all_and_changes_nothing(world: World, things: Things) -> None:
    told = text(page(world.vera, "accounts", things.of["accounts"]))
    assert "Your role, Viewer, reaches everything in this workspace." in told
    assert "Your role, Viewer, does not include this." in told


def test_an_administrator_asks_as_bob(world: World, things: Things) -> None:
    told = text(page(world.olga, "deals", things.of["deals"], about=world.bob))
    assert "Why Bob Brown cannot see Cold room" in told
    assert "It belongs to an account that neither Bob Brown nor anybody below Bob Brown owns or works for." in told
    told = text(page(world.olga, "deals", things.of["deals"], about=world.mona))
    assert "Alice Alvarez, who reports to Mona Manager, owns the account Aurelia Foods." in told


def test_nobody_else_asks_about_others(world: World, things: Things) -> None:
    assert page(world.alice, "accounts", things.of["accounts"], about=world.bob).status_code == 403
    assert "member" not in re.findall(
        r'<select[^>]* name="(\w+)"', page(world.alice, "accounts", things.of["accounts"]).content.decode()
    )


@pytest.mark.parametrize("kind", ["accounts", "deals", "plans", "imports"])
def test_what_is_unseen_and_what_is_nowhere_answer_alike(world: World, things: Things, kind: str) -> None:
    client = Client()
    client.force_login(world.bob.user)
    answers = []
    for key in (str(things.of[kind].pk), "019a0000-0000-7000-8000-000000000000"):
        answer = client.get(f"{HOME}why/{kind}/{key}/")
        assert answer.status_code == 404
        answers.append(re.sub(FORGERY, "", answer.content.decode().replace(key, "")))
    assert answers[0] == answers[1]
    assert "Aurelia" not in answers[0]


def test_an_unseen_page_says_whom_to_ask(world: World, things: Things) -> None:
    client = Client()
    client.force_login(world.bob.user)
    answer = client.get(f"{HOME}accounts/{things.of['accounts'].pk}/")
    assert answer.status_code == 404
    assert "Ask Olga Owner" in text(answer)
    assert "mailto:olga@northwind.example" in answer.content.decode()
    assert "Aurelia" not in answer.content.decode()


def test_every_objects_page_leads_here(world: World, things: Things) -> None:
    client = Client()
    client.force_login(world.alice.user)
    plan: Plan = things.of["plans"]
    pages = {
        "accounts": f"accounts/{things.of['accounts'].pk}/", "plans": f"plans/{plan.pk}/",
        "deals": f"deals/{things.of['deals'].pk}/",
        "objectives": f"plans/{plan.pk}/objectives/{things.of['objectives'].pk}/",
        "actions": f"plans/{plan.pk}/actions/{things.of['actions'].pk}/",
        "contacts": f"accounts/{things.of['accounts'].pk}/contacts/{things.of['contacts'].pk}/",
    }  # fmt: skip
    for kind, path in pages.items():
        shown = client.get(HOME + path)
        assert f'href="{HOME}why/{kind}/{things.of[kind].pk}/"' in shown.content.decode(), kind


def test_a_kind_that_does_not_exist_is_not_here(world: World, things: Things) -> None:
    assert page(world.olga, "secrets", things.of["accounts"]).status_code == 404
    client = Client()
    client.force_login(world.olga.user)
    assert client.get(f"{HOME}why/accounts/{things.of['accounts'].pk}/?member=bob").status_code == 404
