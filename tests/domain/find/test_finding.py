"""What is found, in which order, and that what one may not see is found by nobody: not by name, count or number of queries."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keystead.data import permissions
from keystead.data.models import (
    Account,
    AccountTeamMember,
    Action,
    Contact,
    Deal,
    FindTerm,
    Import,
    Member,
    Objective,
    Opened,
    Plan,
    Stage,
)
from keystead.domain.accounts.merging import merge_accounts, merge_contacts
from keystead.domain.find import candidates
from keystead.domain.find.finding import Hit, find, recent
from keystead.domain.find.ranking import Tier
from keystead.domain.find.recent import KEPT, note_opened
from tests.support.world import World, account

AT = datetime(2026, 6, 15, 12, tzinfo=UTC)


def names(hits: list[Hit]) -> list[str]:
    return [hit.name for hit in hits]


def found(world: World, text: str, who: Member | None = None, **more: Any) -> list[str]:
    return names(find(viewer=who or world.olga, text=text, **more))


def fresh(member: Member) -> Member:
    """As a new request has her: nothing looked up yet."""
    return Member.objects.get(pk=member.pk)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("acme", "Acme Corporation"), ("ACME CORP", "Acme Corporation"), ("corp ac", "Acme Corporation"),
        ("AC", "Acme Corporation"),
        ("sao", "Café São Paulo"), ("SÃO PAU", "Café São Paulo"), ("cafe", "Café São Paulo"), ("csp", "Café São Paulo"),
        ("strasse", "Große Straße"), ("grosse", "Große Straße"), ("celik", "Çelik Yapı"), ("yapi", "Çelik Yapı"),
        ("obrien", "O'Brien & Sons"), ("o'brien", "O'Brien & Sons"), ("o brien", "O'Brien & Sons"), ("cocacola", "Coca-Cola"),
        ("coca-c", "Coca-Cola"), ("amce", "Acme Corporation"), ("acne", "Acme Corporation"), ("corpration", "Acme Corporation"),
        ("coroprtaion", "Acme Corporation"), ("crm-0042", "Acme Corporation"), ("acme.ex", "Acme Corporation"),
    ],
)  # fmt: skip
def test_an_account_is_found_as_people_type_it(world: World, text: str, name: str) -> None:
    with world.inside():
        account("Acme Corporation", external_id="CRM-0042", website="https://www.acme.example/start")
        for other in ("Café São Paulo", "Große Straße", "Çelik Yapı", "O'Brien & Sons", "Coca-Cola"):
            account(other)
        assert found(world, text)[:1] == [name]


@pytest.mark.parametrize("text", ["aeme corpus", "acxxe", "ab", "crm-004", "www", "crm 42", "corporation acme sons", "a1me"])
def test_what_is_too_far_off_finds_nothing(world: World, text: str) -> None:
    with world.inside():
        account("Acme Corporation", external_id="CRM-0042", website="https://www.acme.example/start")
        assert found(world, text) == []


def test_every_kind_is_found_with_what_belongs_to_it(world: World) -> None:
    with world.inside(world.alice):
        aurelia = account("Aurelia Foods", owner=world.alice, country="Spain")
        Contact.objects.create(first_name="João", last_name="Prado", email="jp@aurelia.example", title="Buyer", account=aurelia)
        stage = Stage.objects.first()
        deal = Deal.objects.create(
            name="Pallets", account=aurelia, stage=stage, owner=world.alice, currency="EUR", external_id="D-7"
        )
        plan = Plan.objects.create(
            account=aurelia, name="Growth plan", owner=world.alice, start_date="2026-01-01", end_date="2026-12-31", currency="EUR"
        )
        Objective.objects.create(plan=plan, title="Win the fleet", rank=1)
        Action.objects.create(plan=plan, title="Call the buyer", owner=world.alice)
        Import.objects.create(kind="deals", filename="pipeline_june.csv", by=world.alice)
        me = world.alice
        assert [(hit.kind, hit.about) for hit in find(viewer=me, text="prado")] == [("contact", ("Aurelia Foods", "Buyer"))]
        assert find(viewer=me, text="jp@aurelia")[0].name == "João Prado"
        assert find(viewer=me, text="pallets")[0].about == ("Aurelia Foods", str(stage), "Alice Alvarez")
        assert find(viewer=me, text="d-7")[0].key == deal.pk
        assert find(viewer=me, text="growth")[0].about == ("Aurelia Foods", "Draft", "Alice Alvarez")
        assert find(viewer=me, text="win fleet")[0].plan == plan.pk
        assert find(viewer=me, text="call")[0].about == ("Aurelia Foods", "Growth plan", "Alice Alvarez")
        assert find(viewer=me, text="pipeline june")[0].kind == "import"
        assert find(viewer=me, text="bob")[0].about == ("Account manager", "bob@northwind.example")


def test_the_better_fit_comes_first(world: World) -> None:
    with world.inside():
        for name in ("Nova Oaks", "Oak Nova", "Oakes", "Oak", "Onyx Aero King"):
            account(name)
        hits = find(viewer=world.olga, text="oak")
        assert names(hits) == ["Oak", "Oakes", "Oak Nova", "Onyx Aero King", "Nova Oaks"]
        assert [hit.tier for hit in hits] == [Tier.EXACT, Tier.BEGINNING, Tier.BEGINNING, Tier.INITIALS, Tier.WORDS]


def test_what_was_opened_lately_and_ones_own_come_first_among_equals(world: World) -> None:
    with world.inside():
        account("Oak A")
        account("Oak B", owner=world.olga)
        late = account("Oak Later")
        note_opened(viewer=world.olga, kind="account", key=late.pk, at=AT)
        assert found(world, "oak") == ["Oak Later", "Oak B", "Oak A"]
        assert found(world, "oak", world.vera) == ["Oak A", "Oak B", "Oak Later"]


def test_ones_own_account_is_found_among_hundreds(world: World) -> None:
    with world.inside():
        Account.objects.bulk_create(Account(name=f"Alpha {number:03}") for number in range(candidates.CAP * 6))
        account("Zeta Alpha Works", owner=world.olga)
        account("Alpha")
        assert found(world, "alpha", limit=3)[0] == "Alpha"
        assert "Zeta Alpha Works" in found(world, "alph", limit=300)


def test_a_rename_a_deletion_and_raw_sql_are_followed(world: World) -> None:
    with world.inside():
        made = account("Aurelia Foods")
        Account.objects.filter(pk=made.pk).update(name="Meridian Foods")
        assert found(world, "aurelia") == []
        assert found(world, "meridian") == ["Meridian Foods"]
        made.delete()
        assert found(world, "meridian") == []
        assert not FindTerm.objects.filter(object_id=made.pk).exists()


@pytest.mark.parametrize("most", [permissions.FEW_ACCOUNTS, 0])
def test_what_is_not_shared_is_found_by_nobody_else(world: World, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """By either plan: few accounts within reach, or many."""
    monkeypatch.setattr(permissions, "FEW_ACCOUNTS", most)
    with world.inside():
        secret = account("Aurelia Foods", owner=world.alice, external_id="A-1")
        Deal.objects.create(name="Aurelia pallets", account=secret, owner=world.alice, currency="EUR")
        plan = Plan.objects.create(
            account=secret, name="Aurelia plan", owner=world.alice, start_date="2026-01-01", end_date="2026-12-31", currency="EUR"
        )
        Objective.objects.create(plan=plan, title="Aurelia objective", rank=1)
        Action.objects.create(plan=plan, title="Aurelia action")
        Contact.objects.create(last_name="Aurelia", account=secret)
        Import.objects.create(kind="accounts", filename="aurelia.csv", by=world.alice)
        for text in ("aurelia", "aur", "a", "AF", "aurelai", "a-1", "foods aurelia"):
            for stranger in (world.bob, world.gus):
                seen = [hit for hit in find(viewer=fresh(stranger), text=text) if hit.kind != "member"]
                assert (text, stranger.name, seen) == (text, stranger.name, [])
        for friend in (world.alice, world.mona, world.olga):
            kinds = {hit.kind for hit in find(viewer=fresh(friend), text="aurelia")}
            assert kinds == {"account", "deal", "plan", "objective", "action", "contact"} | (
                {"import"} if friend != world.mona else set()
            )
        AccountTeamMember.objects.create(account=secret, member=world.bob)
        assert "Aurelia Foods" in names(find(viewer=fresh(world.bob), text="aurelia"))
    with world.inside(world.charlie):
        assert find(viewer=world.charlie, text="aurelia") == []


def test_an_unseen_account_is_not_named_beside_ones_own_deal(world: World) -> None:
    with world.inside():
        secret = account("Secret Oil", owner=world.bob)
        Deal.objects.create(name="Pumps", account=secret, owner=world.alice, currency="EUR")
        (hit,) = find(viewer=world.alice, text="pumps")
        assert hit.about == ("Alice Alvarez",)


def test_hidden_things_take_no_place_away_and_cost_no_query(world: World) -> None:
    with world.inside():
        account("Zulu Oak", owner=world.bob)
        with CaptureQueriesContext(connection) as before:
            alone = names(find(viewer=fresh(world.bob), text="oak"))
        Account.objects.bulk_create(Account(name=f"Oak {number}", owner=world.alice) for number in range(candidates.CAP * 6))
        with CaptureQueriesContext(connection) as after:
            among = names(find(viewer=fresh(world.bob), text="oak"))
        assert alone == among == ["Zulu Oak"]
        assert len(before) == len(after)


def test_what_is_hidden_later_is_not_offered_as_recent(world: World) -> None:
    with world.inside():
        mine = account("Aurelia Foods", owner=world.bob)
        note_opened(viewer=world.bob, kind="account", key=mine.pk, at=AT)
        assert names(recent(viewer=fresh(world.bob))) == ["Aurelia Foods"]
        Account.objects.filter(pk=mine.pk).update(owner=world.alice)
        assert recent(viewer=fresh(world.bob)) == []
        assert found(world, "aurelia", fresh(world.bob)) == []


def test_a_few_dozen_opened_records_are_kept_the_latest_first(world: World) -> None:
    with world.inside():
        made = [account(f"Account {number}") for number in range(KEPT + 3)]
        for late, each in enumerate([*made, made[5]]):
            note_opened(viewer=world.olga, kind="account", key=each.pk, at=AT + timedelta(minutes=late))
        assert names(recent(viewer=world.olga, limit=3)) == ["Account 5", "Account 42", "Account 41"]
        assert Opened.objects.filter(member=world.olga).count() == KEPT


def test_the_marked_letters_are_those_that_were_typed(world: World) -> None:
    with world.inside():
        account("Große Straße São")
        for text, marked in (
            ("grosse", "Große"),
            ("stras", "Straß"),
            ("gss", "GSS"),
            ("sao gro", "GroSão"),
            ("strsse", "Straße"),
        ):
            (hit,) = find(viewer=world.olga, text=text)
            assert "".join(hit.name[start:end] for start, end in hit.marks) == marked


@pytest.mark.parametrize(
    "text", ["\x00", "\ud800x", "%", "_" * 500, "'; DROP TABLE x; --", "a " * 300, "𝔸" * 200, "مرحبا", "🙂", "x" * 100_000]
)
def test_hostile_words_are_only_words(world: World, text: str) -> None:
    with world.inside():
        account("Acme Corporation")
        assert len(find(viewer=world.olga, text=text, kinds=("account",))) <= 1


def test_very_long_and_strange_names_can_be_kept(world: World) -> None:
    with world.inside():
        account("\ufdfa" * 300)
        account("-" * 300)
        account("Acme " + "x" * 290)
        assert len(found(world, "acme")) == 1


def test_where_nothing_is_looked_through_nothing_is_found(world: World) -> None:
    with world.inside():
        account("Aurelia Foods")
        assert found(world, "aurelia") == ["Aurelia Foods"]
        assert found(world, "aurelia", kinds=()) == []


def test_a_key_leads_to_the_record_that_its_own_was_merged_into_until_another_has_it(world: World) -> None:
    with world.inside():
        keep = account("Aurelia", external_id="C-1", owner=world.alice)
        lose = account("Aurelia SA", external_id="C-2", owner=world.alice)
        merge_accounts(keep=keep, lose=lose, viewer=world.olga)
        for person, found in ((world.olga, ["Aurelia"]), (world.alice, ["Aurelia"]), (world.bob, [])):
            assert [hit.name for hit in find(viewer=person, text="c-2")] == found
        person = Contact.objects.create(first_name="Ana", last_name="Prado", external_id="P-1", account=keep)
        other = Contact.objects.create(first_name="A.", last_name="Prado", external_id="P-2", account=keep)
        merge_contacts(keep=person, lose=other, viewer=world.olga)
        assert [hit.name for hit in find(viewer=world.alice, text="P-2")] == ["Ana Prado"]
        account("Condax", external_id="C-2")
        assert [hit.name for hit in find(viewer=world.olga, text="C-2")] == ["Condax"]
