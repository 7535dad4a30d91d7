"""Imports that name people, stages and orders: what is made for them, what contradicts itself, and what an undo gives back."""

from typing import Any

import pytest
from django.db import connection

from keystead.data.models import Account, Deal, Import, Member, Order, Stage
from keystead.domain.exchange.changing import committing
from keystead.domain.exchange.tables import TARGETS
from tests.domain.exchange.importing import again, bring_in, counts, problems, read, undo
from tests.support.world import World, account


def test_an_owner_whom_nobody_knows_and_a_stage_that_nobody_has_are_made_once(world: World) -> None:
    text = "Deal Name,Owner,Stage\nCold rooms,Nina Novak,Haggling\nPumps,Nina Novak,Haggling\n"
    with world.inside():
        bring_in(world.olga, "deals", text, unknown={"owner": "create", "stage": "create"})
        assert Member.objects.filter(name="Nina Novak", user=None).count() == 1
        assert Stage.objects.filter(name="Haggling", status="open").count() == 1


def test_a_name_that_two_have_and_a_status_against_its_stage_are_refused(world: World) -> None:
    text = "Deal Name,Account,Stage,Status\nCold rooms,Aurelia,,\nPumps,,Proposal,won\n"
    with world.inside():
        for _ in range(2):
            account("Aurelia", owner=world.olga)
        found = problems(read(world.olga, "deals", text))
    assert found == [(2, "Account", "ambiguous_reference"), (3, "Status", "stage_contradicts_status")]


def test_a_parent_that_two_are_called_is_refused(world: World) -> None:
    with world.inside():
        for _ in range(2):
            account("Aurelia", owner=world.olga)
        assert [code for _, _, code in problems(read(world.olga, "accounts", "Name,Parent\nBolt,Aurelia\n"))] == [
            "ambiguous_reference"
        ]


def test_orders_are_changed_and_given_back(world: World) -> None:
    head = "Id,Number,Account,Amount,Currency,Order Date\n"
    with world.inside():
        account("Aurelia", owner=world.olga)
        bring_in(world.olga, "orders", head + "O-1,A 1,Aurelia,100,EUR,2026-03-01\n")
        job = bring_in(world.olga, "orders", head + "O-1,A 1,Aurelia,250,EUR,2026-03-01\n")
        assert counts(job) == (0, 1, 0, 0)
        assert Order.objects.get().amount == 250
        undo(world.olga, job)
        assert Order.objects.get().amount == 100


def test_people_are_found_by_their_whole_name_changed_and_given_back(world: World) -> None:
    with world.inside():
        job = bring_in(world.olga, "members", "First name,Last name,Region\nAlice,Alvarez,West\n")
        assert counts(job) == (0, 1, 0, 0)
        assert Member.objects.get(name="Alice Alvarez").region == "West"
        undo(world.olga, job)
        assert Member.objects.get(name="Alice Alvarez").region == "South"


@pytest.mark.parametrize(
    ("mapping", "code"),
    [({"Nothing": "name"}, "unknown_column"), ({"Name": "name", "Firm": "name"}, "field_twice")],
)
def test_a_mapping_that_cannot_be_is_told(world: World, mapping: dict[str, str], code: str) -> None:
    with world.inside():
        job = read(world.olga, "accounts", "Name,Firm\nAurelia,Bolt\n", mapping=mapping)
        assert job.state == "failed"
        assert (job.failure or {}).get("code") == code
        assert not Account.objects.exists()


def test_a_row_without_a_name_is_like_nobody_and_a_probability_of_the_file_goes_before_the_stages(world: World) -> None:
    with world.inside():
        account("Aurelia")
        people = "Account,E-mail,Full name\nAurelia,lena@aurelia.example,\nAurelia,,Marc Meyer\n"
        assert counts(bring_in(world.olga, "contacts", people, match=[["full_name"]])) == (2, 0, 0, 0)
        bring_in(world.olga, "deals", "Deal,Account,Stage,Probability\nPumps,Aurelia,Proposal,35\n")
        assert Deal.objects.get().probability == 35


def test_a_file_that_only_says_which_records_there_are_changes_none(world: World) -> None:
    with world.inside():
        account("Aurelia", external_id="A-1")
        columns: list[Any] = []
        with connection.cursor() as cursor, pytest.MonkeyPatch.context() as patch:
            patch.setattr(committing, "compared", lambda *_given: columns)
            committing._update(cursor, TARGETS["accounts"], set(), "accounts", {})
        assert Account.objects.get().version == 1


def test_a_file_that_is_gone_is_told(world: World) -> None:
    with world.inside():
        job = read(world.olga, "accounts", "Name\nAurelia\n")
        job.file.storage.delete(str(job.file.name))
        Import.objects.filter(pk=job.pk).update(state="received")
        assert (again(job).failure or {}).get("code") == "file_missing"


def test_a_field_that_a_newer_keystead_does_not_have_is_told(world: World) -> None:
    with world.inside():
        job = read(world.olga, "accounts", "Name\nAurelia\n")
        Import.objects.filter(pk=job.pk).update(state="received", options={"mapping": {"Name": "colour"}})
        assert (again(job).failure or {}).get("code") == "unknown_field"
