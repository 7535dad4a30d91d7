"""Which records are likely the same one, and what speaks for it."""

from typing import Any

import pytest

from keystead.data.models import Account, Contact
from keystead.domain.find import duplicates as duplicates_module
from keystead.domain.find.duplicates import Pair, digits, duplicates
from tests.support.world import World, account

ACCOUNTS = [
    ("Aurelia Foods", "aurelia.example", "Spain"),
    ("Aurelia Foods", "", ""),
    ("Bolt Cargo GmbH", "", ""),
    ("Bolt Cargo AG", "", ""),
    ("Cedar Logistics", "https://www.cedar.example/en", ""),
    ("Cedar Logistic Services", "cedar.example", ""),
    ("Delta Ports", "", "Brazil"),
    ("Delta Port", "", "Portugal"),
    ("Plant 1", "", ""),
    ("Plant 2", "", ""),
    ("Kestrel", "", ""),
    ("Kestrel Hydraulics and Pneumatics of the North", "", ""),
]


def told(pairs: list[Pair], names: dict[Any, str]) -> set[tuple[Any, ...]]:
    return {(*sorted((names[pair.first], names[pair.second])), pair.reasons) for pair in pairs}


def test_accounts_are_paired_by_name_legal_form_and_site_but_not_across_countries_or_numbers(world: World) -> None:
    with world.inside():
        names = {account(name, website=site, country=country, owner=world.alice).pk: name for name, site, country in ACCOUNTS}
        found = {
            (*sorted((names[pair.first], names[pair.second])), pair.reasons) for pair in duplicates("account", viewer=world.olga)
        }
    assert found == {
        ("Aurelia Foods", "Aurelia Foods", ("name",)),
        ("Bolt Cargo AG", "Bolt Cargo GmbH", ("legal_form",)),
        ("Cedar Logistic Services", "Cedar Logistics", ("alike", "site")),
    }


PEOPLE: list[tuple[str, str, str, str]] = [
    ("Ana", "Silva", "ana@aurelia.example", ""),
    ("A.", "Silva", "ana@aurelia.example", ""),
    ("Joao", "Pereira", "joao@bolt.example", "+55 11 98765-4321"),
    ("Joao", "Pereira", "jp@mail.example", "11 98765 4321 ramal 7"),
    ("Mona", "Nagel", "mona@cedar.example", ""),
    ("Mona", "Nagle", "mona@cedar.example", ""),
    ("Rita", "Gomes", "rita@delta.example", ""),
    ("Ruth", "Gomes", "ruth@delta.example", ""),
    ("Zoe", "Quinn", "office@kestrel.example", ""),
    ("Lars", "Holm", "office@kestrel.example", ""),
    ("Paul", "", "paul@plant.example", ""),
]


def test_people_are_paired_by_mail_phone_and_name_and_two_with_an_office_s_address_are_two(world: World) -> None:
    with world.inside():
        at = account("Aurelia Foods", owner=world.alice)
        rows: Any = [
            Contact(first_name=first, last_name=last, email=email, phone=phone, account=at)
            for first, last, email, phone in PEOPLE
        ]
        names = {contact.pk: f"{contact.first_name} {contact.last_name}" for contact in Contact.objects.bulk_create(rows)}
        found = {
            (*sorted((names[pair.first], names[pair.second])), pair.reasons) for pair in duplicates("contact", viewer=world.olga)
        }
    assert found == {
        ("A. Silva", "Ana Silva", ("alike", "email", "same_account")),
        ("Joao Pereira", "Joao Pereira", ("name", "phone", "same_account")),
        ("Mona Nagel", "Mona Nagle", ("alike", "email", "same_account")),
    }


@pytest.mark.parametrize(
    ("phone", "figures"), [("", ""), ("12345", ""), ("+49 30 1234567", "301234567"), ("0301234567x12", "301234567")]
)
def test_a_number_is_compared_by_its_last_figures(phone: str, figures: str) -> None:
    assert digits(phone) == figures


def test_a_word_that_very_many_share_couples_nobody_by_itself(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates_module, "MOST_SHARING", 3)
    with world.inside():
        for name in ("Harbour Steel One", "Quay Steel", "Pier Steel", "Wharf Steel", "Jetty Steel", "Mole Steel", "Mole Steels"):
            account(name, owner=world.alice)
        rows = list(Account.objects.order_by("name").values_list("pk", "name", "website", "country"))
        coupled = {
            (rows[number // len(rows)][1], rows[number % len(rows)][1])
            for number in duplicates_module._sharing(rows, duplicates_module._account_keys)
        }
    assert coupled == {("Mole Steel", "Mole Steels")}


def test_a_person_known_by_the_family_name_alone_is_only_looked_for_at_the_same_account(world: World) -> None:
    with world.inside():
        acme, bolt = account("Acme", owner=world.alice), account("Bolt", owner=world.alice)
        for first, at in (("", acme), ("", acme), ("", bolt), ("Ana", bolt)):
            Contact.objects.create(first_name=first, last_name="Silva", account=at)
        rows = list(Contact.objects.values_list("pk", "first_name", "last_name", "email", "phone", "account_id"))
        coupled = {
            frozenset((number // len(rows), number % len(rows)))
            for number in duplicates_module._sharing(rows, duplicates_module._contact_keys)
        }
    assert {frozenset(rows[place][5] for place in couple) for couple in coupled} == {frozenset({acme.pk}), frozenset({bolt.pk})}
