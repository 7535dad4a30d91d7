"""Likely duplicates of many records: compared by the worker, kept, and shown as the records are now to whoever may see them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from keystead.base.clock import now
from keystead.data import permissions
from keystead.data.models import Account, AlikePair, Comparison, Contact, Deal
from keystead.domain.find import kept_duplicates
from keystead.domain.find.duplicates import duplicates
from keystead.domain.find.kept_duplicates import FEW, ask, compare_all, find_duplicates
from keystead.jobs import find
from tests.support.world import World, account
from tests.test_rights_walk import signed_in
from tests.web.find.test_duplicate_pages import PART, sent, shown, told

URL = "/w/northwind/find/duplicates/"
MOMENT = r"Compared at \d+ \w+ \d+, \d\d:\d\d\."


@pytest.fixture(autouse=True)
def _whatever_there_is_is_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_duplicates, "FEW", 0)


@pytest.fixture
def pairs(world: World) -> dict[str, tuple[Account, Account]]:
    """Alice's pair, Bob's pair, and one of which each has one."""
    with world.inside():
        made = {
            name: (account(name, owner=one), account(f"{name} GmbH", owner=other))
            for name, one, other in (
                ("Acme Steel", world.alice, world.alice), ("Bolt Cargo", world.bob, world.bob),
                ("Cedar Wood", world.alice, world.bob),
            )
        }  # fmt: skip
    return {name: (one, other) if one.pk < other.pk else (other, one) for name, (one, other) in made.items()}


def names(html: str) -> set[str]:
    return {pair.split(" – ")[0].removesuffix(" GmbH") for pair in shown(html)}


def waiting(kind: str = "account") -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'keystead.jobs.find.compare' AND args ->> 'kind' = %s",
            [kind],
        )
        return int(cursor.fetchone()[0])


def compared(world: World) -> int:
    """As the worker does it: no workspace is open."""
    return int(find.compare.func(workspace_id=str(world.northwind.pk), kind="account"))


def test_who_sees_everything_is_shown_what_comparing_at_once_would_find(world: World, pairs: Any) -> None:
    with world.inside():
        for mail in ("ana@acme.example", "rita@acme.example", "rita@acme.example", "ana@acme.example"):
            Contact.objects.create(first_name=mail[:3].title(), last_name="Rocha", email=mail)
        for kind, many in (("account", 3), ("contact", 2)):
            assert compare_all(kind, at=now()) == many
            found = find_duplicates(kind, viewer=world.olga, at=now())
            assert found.is_kept
            assert found.pairs == duplicates(kind, viewer=world.olga)


def test_a_kept_pair_is_shown_only_to_who_sees_both(world: World, pairs: Any) -> None:
    assert compared(world) == 3
    for who, seen in (
        (world.olga, set(pairs)),
        (world.vera, set(pairs)),
        (world.alice, {"Acme Steel"}),
        (world.bob, {"Bolt Cargo"}),
    ):
        html = told(signed_in(who).get(URL))
        assert names(html) == seen
        assert re.search(MOMENT, html)
    assert "Bolt" not in told(signed_in(world.alice).get(URL))
    assert signed_in(world.gus).get(URL).status_code == 403


def test_a_manager_of_many_accounts_is_shown_those_of_her_people_and_no_others(
    world: World, pairs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(permissions, "FEW_ACCOUNTS", 0)
    with world.inside():
        aurelia = account("Aurelia Foods", owner=world.alice)
        for place in (aurelia, aurelia, account("Zinc Mining", owner=world.olga), None):
            Contact.objects.create(first_name="Rita", last_name="Rocha", email="rita@aurelia.example", account=place)
        account("Dune Sand", owner=world.olga), account("Dune Sand GmbH", owner=world.alice)
        Deal.objects.create(name="Renewal", account=pairs["Acme Steel"][0], currency="EUR")
        assert (compare_all("account", at=now()), compare_all("contact", at=now())) == (4, 6)
    mona = signed_in(world.mona)
    html = told(mona.get(URL))
    assert names(html) == set(pairs)
    assert 'value="merge"' in html
    assert html.count("1 deal ·") == 1
    assert len(shown(told(mona.get(URL + "contacts/")))) == 1
    assert names(told(signed_in(world.alice).get(URL))) == {"Acme Steel"}


def test_kept_pairs_are_judged_by_what_the_records_are_now(world: World, pairs: Any) -> None:
    compared(world)
    olga = signed_in(world.olga)
    olga.post(URL, sent(*pairs["Acme Steel"]))
    with world.inside():
        Account.objects.filter(pk=pairs["Bolt Cargo"][0].pk).update(name="Something Else Entirely")
    assert names(told(olga.get(URL))) == {"Cedar Wood"}
    answer = olga.post(URL, sent(*pairs["Cedar Wood"], step="apart"), headers=PART)
    assert names(told(olga.get(URL))) == set()
    olga.post(f"/w/northwind/changes/{answer.headers['Keystead-Change']}/undo/")
    assert names(told(olga.get(URL))) == {"Cedar Wood"}


def test_before_anything_was_compared_the_page_says_so_and_who_may_merge_has_it_done_once(world: World, pairs: Any) -> None:
    alice, vera = signed_in(world.alice), signed_in(world.vera)
    assert "Compare now" in told(alice.get(URL))
    assert 'value="again"' not in told(vera.get(URL))
    assert vera.post(URL, {"step": "again"}).status_code == 403
    assert "are being compared" in told(alice.post(URL, {"step": "again"}, headers=PART))
    assert alice.post(URL, {"step": "again"}).headers["Location"] == URL
    with world.inside():
        assert waiting() == 1
    assert "are being compared" in told(alice.get(URL + "?state=1"))
    compared(world)
    state = told(alice.get(URL + "?state=1"))
    assert re.search(MOMENT, state)
    assert "<html" not in state
    assert 'hx-trigger="every' not in state
    assert "Look again" in told(alice.get(URL))


def test_work_that_met_its_end_unseen_is_asked_for_again_and_a_failure_is_not_waited_for(
    world: World, pairs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.inside():
        assert [ask("account", at=now() - timedelta(minutes=minutes)) for minutes in (90, 80, 10, 5)] == [
            True,
            False,
            True,
            False,
        ]
        monkeypatch.setattr(kept_duplicates, "likeliest", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        compared(world)
    with world.inside():
        assert not find_duplicates("account", viewer=world.olga, at=now()).is_awaited


def test_few_records_are_compared_at_every_look_and_nothing_is_kept_of_them(
    world: World, pairs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared(world)
    monkeypatch.setattr(kept_duplicates, "FEW", FEW)
    assert compared(world) == 0
    with world.inside():
        assert not AlikePair.objects.exists()
        assert not Comparison.objects.exists()
        assert not ask("account", at=now())
    html = told(signed_in(world.olga).get(URL))
    assert len(shown(html)) == 3
    assert "Compared at" not in html


def test_kept_pairs_are_read_a_few_at_a_time_until_enough_are_found(
    world: World, pairs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compared(world) == 3
    with world.inside():
        everything = find_duplicates("account", viewer=world.olga, at=now()).pairs
        monkeypatch.setattr(kept_duplicates, "_AT_ONCE", 1)
        assert find_duplicates("account", viewer=world.olga, at=now()).pairs == everything
        monkeypatch.setattr(kept_duplicates, "MOST_SHOWN", 2)
        assert find_duplicates("account", viewer=world.olga, at=now()).pairs == everything[:2]
