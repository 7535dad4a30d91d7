"""The pages of accounts: who sees what, forms that lose nothing, a tree with its won, contacts, team, activity, deletion."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext

from keystead.data.models import Account, AccountTeamMember, Contact, Deal, Member, Plan
from keystead.domain.accounts.activity import account_activity
from keystead.domain.deals.editing import change_deal, create_deal
from tests.support.world import World, account

HOME = "/w/northwind/accounts/"
TABS = ["", "edit/", "plans/", "deals/", "contacts/", "contacts/new/", "orders/", "team/", "activity/"]


def as_(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


@pytest.fixture
def aurelia(world: World) -> Account:
    with world.inside(world.alice):
        made = account("Aurelia Foods", owner=world.alice, industry="Food", country="ES", segment_current="steady")
        below = account("Aurelia Iberia", parent=made, owner=world.alice)
        fields = {"name": "Cold-chain renewal", "account": made, "status": "won", "close_date": date(2026, 3, 1)}
        create_deal(viewer=world.alice, fields=fields | {"amount": Decimal(100)})
        create_deal(viewer=world.alice, fields=fields | {"amount": Decimal(40), "account": below, "name": "Iberia roll-out"})
    return made


def again(world: World, record: Account) -> Account:
    """The account as it is now."""
    with world.inside():
        found: Account = Account.objects.get(pk=record.pk)
    return found


def form_of(record: Account, **changes: Any) -> dict[str, Any]:
    """What the browser sends: the fields as they were shown, their hidden twins, and the changes."""
    values = {
        "name": record.name, "parent": "", "industry": record.industry, "country": record.country, "website": "", "employees": "",
        "status": record.status, "segment_current": record.segment_current, "segment_target": record.segment_target,
        "owner": record.owner_id or "", "external_id": "",
    }  # fmt: skip
    return values | {f"initial-{name}": value for name, value in values.items()} | {"version": record.version} | changes


def text_of(client: Client, path: str, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200, (path, response.status_code)
    return str(response.content.decode())


def test_alice_opens_every_tab_and_bob_and_charlie_none(world: World, aurelia: Account) -> None:
    for tab in TABS:
        path = f"{HOME}{aurelia.pk}/{tab}"
        assert "Aurelia Foods" in text_of(as_(world.alice), path)
        assert (as_(world.bob).get(path).status_code, as_(world.charlie).get(path).status_code) == (404, 404)
        assert Client().get(path).status_code == 302


def test_the_list_finds_without_accents_filters_and_sorts(world: World, aurelia: Account) -> None:
    with world.inside():
        account("Frigorífico São Paulo", owner=world.alice, country="BR", is_key=True, employees=1200)
    client = as_(world.alice)
    assert "Frigorífico" in text_of(client, f"{HOME}?q=sao frigo")
    assert "Aurelia" not in text_of(client, f"{HOME}?q=sao frigo")
    assert "Frigorífico" not in text_of(client, f"{HOME}?industry=Food")
    page = text_of(client, f"{HOME}?order=-employees")
    assert page.index("Frigorífico") < page.index("Aurelia Foods")
    assert "Nothing fits" in text_of(client, f"{HOME}?country=Nowhere")
    assert "No account yet" in text_of(as_(world.bob), HOME)


def test_one_account_and_three_cost_the_list_the_same_queries(world: World, aurelia: Account) -> None:
    client = as_(world.olga)
    client.get(HOME)
    counts = []
    for more in ((), ("Brasilux", "Condax", "Dorado")):
        with world.inside():
            for name in more:
                account(name, owner=world.bob, parent=aurelia)
        with CaptureQueriesContext(connection) as queries:
            text_of(client, HOME)
        counts.append(len([query for query in queries if "set_config" not in query["sql"]]))
    assert counts == [9, 9]


def test_an_unseen_parent_is_not_named(world: World, aurelia: Account) -> None:
    with world.inside():
        group = account("Secret Holding", owner=world.bob)
        Account.objects.filter(pk=aurelia.pk).update(parent=group)
    client, aurelia = as_(world.alice), again(world, aurelia)
    for path in ("", "?order=parent", f"{aurelia.pk}/", f"{aurelia.pk}/edit/", "export.csv"):
        assert "Secret" not in text_of(client, HOME + path)
    kept = client.post(
        f"{HOME}{aurelia.pk}/edit/", form_of(aurelia, parent="(hidden)", status="active") | {"initial-parent": "(hidden)"}
    )
    assert kept.status_code == 302
    aurelia = again(world, aurelia)
    assert (aurelia.parent_id, aurelia.status) == (group.pk, "active")


def test_the_file_of_accounts_has_what_the_page_has(world: World, aurelia: Account) -> None:
    lines = text_of(as_(world.alice), f"{HOME}export.csv?industry=Food&columns=name,parent,industry,country").splitlines()
    assert lines == ["\ufeffAccount,Part of,Industry,Country", "Aurelia Foods,,Food,ES"]
    assert as_(world.alice).get(f"{HOME}export.xlsx").content[:2] == b"PK"


def test_the_overview_shows_the_account_alone_and_with_what_is_below(world: World, aurelia: Account) -> None:
    with world.inside():
        Plan.objects.create(
            account=aurelia, name="Key account plan 2026", start_date=date(2026, 1, 1), end_date=date(2026, 12, 31),
            currency="EUR", target=Decimal(280), includes_descendants=True,
        )  # fmt: skip
    client = as_(world.alice)
    page = text_of(client, f"{HOME}{aurelia.pk}/?period=2026")
    for words in ("€\u00a0100", "€\u00a0140", "50\u00a0%", "Aurelia Iberia", "€\u00a040", "Key account plan 2026"):
        assert words in page
    address = f"/w/northwind/portfolio/explanation?period=2026&account={aurelia.pk}&kpi=won"
    own, tree = (text_of(client, f"{address}&covers={covers}", HX_Request="true") for covers in ("own", "tree"))
    assert ("Won, €\u00a0100.00" in own, "Iberia roll-out" in own) == (True, True)
    assert "belongs to an account below" in own
    assert "Won, €\u00a0140.00" in tree


def test_an_account_with_nothing_below_is_asked_for_once_and_lacks_its_own_rates_alone(world: World, aurelia: Account) -> None:
    client, lacking = as_(world.alice), "JPY"
    with world.inside(world.alice):
        iberia = Account.objects.get(parent=aurelia)
        fields = {"account": aurelia, "status": "won", "close_date": date(2026, 3, 1), "amount": Decimal(9), "currency": lacking}
        create_deal(viewer=world.alice, fields=fields | {"name": "Paid in yen"})

    def shown(of: Account) -> tuple[str, int]:
        with CaptureQueriesContext(connection) as queries:
            page = text_of(client, f"{HOME}{of.pk}/?period=2026")
        return page, sum("WITH RECURSIVE picked" in query["sql"] for query in queries)

    page, asked = shown(iberia)
    assert ("€\u00a040" in page, lacking in page, asked) == (True, False, 1)
    page, asked = shown(aurelia)
    assert ("€\u00a0140" in page, lacking in page, asked) == (True, True, 2)
    with world.inside(world.alice):
        create_deal(viewer=world.alice, fields=fields | {"account": iberia, "name": "Iberia in yen"})
    page, asked = shown(iberia)
    assert ("€\u00a040" in page, lacking in page, asked) == (True, True, 2)


def test_an_account_is_made_below_another_that_is_named(world: World, aurelia: Account) -> None:
    client = as_(world.alice)
    response = client.post(f"{HOME}new/", {"name": "Aurelia Lisbon", "parent": "aurelia iberia", "owner": world.alice.pk})
    assert response.status_code == 302
    with world.inside():
        made = Account.objects.get(name="Aurelia Lisbon")
        assert [str(pk) for pk in made.lineage] == [str(aurelia.pk), str(made.parent_id), str(made.pk)]
    unknown = client.post(f"{HOME}new/", {"name": "Aurelia Porto", "parent": "Nobody Ltd"})
    assert (unknown.status_code, "Nothing is called “Nobody Ltd”" in unknown.content.decode()) == (422, True)


def test_two_accounts_of_one_name_are_told_apart_by_their_key(world: World, aurelia: Account) -> None:
    with world.inside():
        first, _second = (account("Twin", owner=world.alice) for _ in range(2))
    client = as_(world.alice)
    offered = text_of(client, f"{HOME}options/?kind=account&field=parent&parent=twi")
    assert f"Twin [{first.pk.hex[-8:]}]" in offered
    refused = client.post(f"{HOME}new/", {"name": "Child", "parent": "Twin"})
    assert "Several are called “Twin”" in refused.content.decode()
    assert client.post(f"{HOME}new/", {"name": "Child", "parent": f"Twin [{first.pk.hex[-8:]}]"}).status_code == 302
    with world.inside():
        assert Account.objects.get(name="Child").parent_id == first.pk
    assert "Aurelia" not in text_of(as_(world.bob), f"{HOME}options/?kind=account&field=parent&parent=aur")


def test_a_circle_is_refused_and_names_its_path(world: World, aurelia: Account) -> None:
    response = as_(world.alice).post(f"{HOME}{aurelia.pk}/edit/", form_of(aurelia, parent="Aurelia Iberia"))
    assert response.status_code == 422
    assert "Aurelia Foods &gt; Aurelia Iberia &gt; Aurelia Foods" in response.content.decode()


def test_a_lost_update_shows_mine_and_theirs_and_keeps_both(world: World, aurelia: Account) -> None:
    seen = form_of(aurelia)
    with world.inside(world.mona):
        Account.objects.filter(pk=aurelia.pk).update(industry="Beverages", country="PT")
    client = as_(world.alice)
    response = client.post(f"{HOME}{aurelia.pk}/edit/", seen | {"industry": "Dairy"})
    page = response.content.decode()
    assert response.status_code == 409
    assert "Somebody has changed this to “Beverages” meanwhile" in page
    assert 'value="Dairy"' in page
    assert 'value="PT"' in page
    sent = seen | {"industry": "Dairy", "country": "PT", "version": again(world, aurelia).version}
    assert client.post(f"{HOME}{aurelia.pk}/edit/", sent).status_code == 302
    aurelia = again(world, aurelia)
    assert (aurelia.industry, aurelia.country) == ("Dairy", "PT")


def test_a_viewer_reads_everything_and_is_refused_with_a_reason(world: World, aurelia: Account) -> None:
    client = as_(world.vera)
    assert "New plan" not in text_of(client, f"{HOME}{aurelia.pk}/")
    assert client.get(f"{HOME}{aurelia.pk}/edit/").status_code == 403
    assert client.post(f"{HOME}new/", {"name": "Mine"}).status_code == 403
    assert client.post(f"{HOME}{aurelia.pk}/team/", {"member": world.bob.pk}).status_code == 403
    assert as_(world.alice).get(f"{HOME}{aurelia.pk}/deletion/").status_code == 403


def test_contacts_report_to_one_another_but_never_in_a_circle(world: World, aurelia: Account) -> None:
    client = as_(world.alice)
    home = f"{HOME}{aurelia.pk}/contacts/"
    client.post(f"{home}new/", {"first_name": "Ana", "last_name": "Prado"})
    with world.inside():
        ana = Contact.objects.get(last_name="Prado")
    client.post(f"{home}new/", {"last_name": "Ruiz", "reports_to": ana.pk})
    with world.inside():
        ruiz = Contact.objects.get(last_name="Ruiz")
    refused = client.post(f"{home}{ana.pk}/", {"last_name": "Prado", "reports_to": ruiz.pk, "version": ana.version})
    assert (refused.status_code, "Nobody can report to herself" in refused.content.decode()) == (422, True)
    assert "Ana Prado" in text_of(client, home)
    assert client.post(f"{home}{ana.pk}/deletion/").status_code == 302
    with world.inside():
        assert list(Contact.objects.values_list("last_name", "reports_to")) == [("Ruiz", None)]
    assert client.post(f"{home}new/", {"title": "CFO"}).status_code == 422


def test_whoever_joins_the_team_sees_the_account_until_she_leaves(world: World, aurelia: Account) -> None:
    client = as_(world.alice)
    assert client.post(f"{HOME}{aurelia.pk}/team/", {"member": world.bob.pk, "function": "Logistics"}).status_code == 302
    assert "Aurelia Foods" in text_of(as_(world.bob), HOME)
    assert "Logistics" in text_of(client, f"{HOME}{aurelia.pk}/")
    left = as_(world.bob).post(f"{HOME}{aurelia.pk}/team/{world.bob.pk}/deletion/")
    assert (left.status_code, left["Location"]) == (302, HOME)
    with world.inside():
        assert AccountTeamMember.objects.count() == 0


def test_activity_tells_who_changed_what_from_to_and_by_which_way(world: World, aurelia: Account) -> None:
    client = as_(world.alice)
    client.post(f"{HOME}{aurelia.pk}/edit/", form_of(aurelia, segment_target="strategic", owner=world.bob.pk, industry="Dairy"))
    with world.inside(world.olga):
        deal = Deal.objects.get(account=aurelia)
        change_deal(deal=deal, viewer=world.olga, fields={"close_date": date(2026, 4, 1)})
    page = text_of(as_(world.olga), f"{HOME}{aurelia.pk}/activity/")
    for words in (
        "Alice Alvarez",
        "Bob Brown",
        "Strategic Customer",
        "1 Mar 2026",
        "1 Apr 2026",
        "Cold-chain renewal",
        "Food",
        "Dairy",
    ):
        assert words in page


def test_activity_goes_on_where_a_page_ends(world: World, aurelia: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keystead.web.accounts.facts._PAGE", 1)
    client = as_(world.alice)
    client.post(f"{HOME}{aurelia.pk}/edit/", form_of(aurelia, industry="Dairy"))
    page = text_of(client, f"{HOME}{aurelia.pk}/activity/")
    assert "Cold-chain renewal" in page  # the fixture's changes have one moment: the test's transaction
    assert "Dairy" in page


def test_deletion_says_what_goes_and_what_stays(world: World, aurelia: Account) -> None:
    client = as_(world.olga)
    page = text_of(client, f"{HOME}{aurelia.pk}/deletion/")
    assert "Kept: 1 deal · 0 orders" in page
    assert client.post(f"{HOME}{aurelia.pk}/deletion/").status_code == 302
    with world.inside():
        assert list(Account.objects.values_list("name", "parent")) == [("Aurelia Iberia", None)]
        assert Deal.objects.get(name="Cold-chain renewal").unlinked_reason == "no_account"


def test_deals_of_the_account_say_where_they_count(world: World, aurelia: Account) -> None:
    client = as_(world.alice)
    assert "not counted: no plan covers its account" in text_of(client, f"{HOME}{aurelia.pk}/deals/")
    wide = text_of(client, f"{HOME}{aurelia.pk}/deals/?below=1")
    assert "Iberia roll-out" in wide


def test_activity_leaves_out_what_nobody_wrote_and_goes_on_before_a_moment(world: World, aurelia: Account) -> None:
    with world.inside():
        whole, _end = account_activity(account=aurelia)
        Account.objects.filter(pk=aurelia.pk).update(created_at=F("created_at") - timedelta(days=1))
        assert account_activity(account=aurelia)[0] == whole != []
        assert account_activity(account=aurelia, before="no moment")[0] == whole
        assert account_activity(account=aurelia, before=whole[0].at.isoformat())[0] == []
