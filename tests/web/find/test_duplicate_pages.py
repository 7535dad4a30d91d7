"""Likely duplicates as a page: which pairs, for whom, and what merging answers."""

import re
from typing import Any

from keystead.data.models import Account, Contact, Deal, DistinctAccounts, Opened
from tests.support.world import World, account
from tests.test_rights_walk import signed_in

URL = "/w/northwind/find/duplicates/"
PART = {"HX-Request": "true"}


def told(response: Any, status: int = 200) -> str:
    assert response.status_code == status
    return str(response.content.decode())


def shown(html: str) -> list[str]:
    """The pairs by their names."""
    return re.findall(r'<legend class="sr-only">(.*?): Which', html)


def both(world: World) -> tuple[Account, Account]:
    with world.inside():
        one = account("Acme Corporation", owner=world.alice, website="https://www.acme.example", industry="Steel")
        other = account("ACME Inc.", owner=world.alice, website="acme.example/start", country="Spain")
        account("Acme 2", owner=world.alice)
        Deal.objects.create(name="Renewal", account=one, currency="EUR")
    return (one, other) if one.pk < other.pk else (other, one)


def sent(first: Any, second: Any, **more: str) -> dict[str, str]:
    versions = {"v1": str(first.version), "v2": str(second.version)}
    return {"first": str(first.pk), "second": str(second.pk), "step": "merge", **versions, **more}


def test_a_pair_is_shown_with_its_reasons_and_the_fuller_one_is_offered_to_be_kept(world: World) -> None:
    both(world)
    html = told(signed_in(world.alice).get(URL))
    assert len(shown(html)) == 1
    assert "same site" in html
    assert "same name, another legal form" in html
    checked = re.search(r'name="keep" value="[^"]*" checked>\s*<span[^>]*>([^<]*)<', html)
    assert checked is not None
    assert checked[1] == "Keep Acme Corporation"


def test_only_what_one_sees_is_a_pair_and_only_who_may_change_both_may_merge(world: World) -> None:
    first, second = both(world)
    assert shown(told(signed_in(world.bob).get(URL))) == []
    assert signed_in(world.bob).post(URL, sent(first, second)).status_code == 404
    html = told(signed_in(world.vera).get(URL))
    assert len(shown(html)) == 1
    assert 'value="merge"' not in html
    assert signed_in(world.vera).post(URL, sent(first, second)).status_code == 403
    with world.inside():
        Account.objects.filter(pk=second.pk).update(owner=world.bob)
    assert shown(told(signed_in(world.alice).get(URL))) == []


def test_merging_answers_a_sentence_in_the_pairs_place_with_an_undo(world: World) -> None:
    first, second = both(world)
    alice = signed_in(world.alice)
    answer = alice.post(URL, sent(first, second, keep=str(second.pk)), headers=PART)
    assert f"/accounts/{second.pk}/" in told(answer)
    assert "<html" not in told(answer)
    assert "undo_url" in answer.headers["HX-Trigger"]
    undo = f"/w/northwind/changes/{answer.headers['Keystead-Change']}/undo/"
    with world.inside():
        assert Account.objects.get(pk=second.pk).industry + Account.objects.get(pk=second.pk).country == "SteelSpain"
    alice.post(undo)
    with world.inside():
        assert Account.objects.filter(pk__in=[first.pk, second.pk]).count() == 2


def test_who_was_slower_is_shown_both_again_and_nothing_is_merged(world: World) -> None:
    first, second = both(world)
    with world.inside():
        Account.objects.filter(pk=second.pk).update(industry="Mining")
    html = told(signed_in(world.alice).post(URL, sent(first, second), headers=PART), 409)
    assert "Mining" in html
    assert "Somebody has changed one of them" in html
    with world.inside():
        assert Account.objects.filter(pk__in=[first.pk, second.pk]).count() == 2


def test_a_pair_that_was_told_apart_is_not_shown_again_until_that_is_undone(world: World) -> None:
    first, second = both(world)
    alice = signed_in(world.alice)
    answer = alice.post(URL, sent(first, second, step="apart"), headers=PART)
    assert shown(told(alice.get(URL))) == []
    alice.post(f"/w/northwind/changes/{answer.headers['Keystead-Change']}/undo/")
    with world.inside():
        assert not DistinctAccounts.objects.exists()
    assert len(shown(told(alice.get(URL)))) == 1


def test_people_are_the_same_by_address_telephone_or_name_at_one_account(world: World) -> None:
    with world.inside():
        aurelia = account("Aurelia Foods", owner=world.alice)
        for first, last, email, phone in (
            ("Ana", "Díaz", "ana@aurelia.example", ""), ("A.", "Diaz", "ANA@aurelia.example", ""),
            ("João", "Silva", "", "+55 (11) 98765-4321"), ("Joao", "Silva", "", "11 98765 4321"),
            ("Rita", "Rocha", "", ""), ("Rita", "Ramos", "", ""),
        ):  # fmt: skip
            Contact.objects.create(first_name=first, last_name=last, email=email, phone=phone, account=aurelia)
    html = told(signed_in(world.alice).get(URL + "contacts/"))
    assert {frozenset(pair.split(" – ")) for pair in shown(html)} == {
        frozenset(("Ana Díaz", "A. Diaz")), frozenset(("João Silva", "Joao Silva")),
    }  # fmt: skip


def test_without_pairs_the_page_says_what_was_compared(world: World) -> None:
    assert "No two accounts look the same" in told(signed_in(world.alice).get(URL))


def test_a_contact_without_an_account_has_a_page_and_is_given_one_there(world: World) -> None:
    with world.inside():
        aurelia = account("Aurelia Foods")
        lone = Contact.objects.create(first_name="Nora", last_name="Nobody")
    page, olga = f"/w/northwind/accounts/contacts/{lone.pk}/", signed_in(world.olga)
    assert f'href="{page}"' in told(olga.get("/w/northwind/find/", {"q": "nora"}))
    assert "belongs to no account yet" in told(olga.get(page))
    assert signed_in(world.alice).get(page).status_code == 404
    olga.post(page, {"version": lone.version, "first_name": "Nora", "last_name": "Nobody", "account": "Aurelia Foods"})
    assert olga.get(page).headers["Location"] == f"/w/northwind/accounts/{aurelia.pk}/contacts/{lone.pk}/"


def test_a_page_that_brings_itself_up_to_date_was_not_opened(world: World) -> None:
    with world.inside():
        aurelia = account("Aurelia Foods", owner=world.alice)
    alice = signed_in(world.alice)
    alice.get(f"/w/northwind/accounts/{aurelia.pk}/", headers={"Keystead-Live": "1"})
    with world.inside():
        assert not Opened.objects.exists()
    alice.get(f"/w/northwind/accounts/{aurelia.pk}/")
    with world.inside():
        assert Opened.objects.count() == 1
