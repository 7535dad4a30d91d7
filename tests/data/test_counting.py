"""The kept counts are the counts: whoever writes, however much, and whoever asks."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from keystead.data.counting.models import MOST_LINES, CountLine, count
from keystead.data.deals.models import DealStatus
from keystead.data.models import Account, Contact, Deal, Product
from tests.support.world import World, account


def reads(rows: Any) -> tuple[int, bool]:
    """What is counted, and whether the rows themselves were read for it."""
    with CaptureQueriesContext(
        connection,
    ) as made:
        found = count(rows)
    return found, f'FROM "{rows.model._meta.db_table}"' in made[0]["sql"]


def test_all_deals_are_counted_without_reading_them(world: World) -> None:
    with world.inside(world.olga):
        aurelia = account("Aurelia Foods")
        Deal.objects.bulk_create([Deal(name=f"Renewal {n}", account=aurelia, currency="EUR") for n in range(7)])
        assert reads(Deal.objects.visible_to(world.olga)) == (7, False)
        Deal.objects.filter(name__in=["Renewal 1", "Renewal 2"]).delete()
        assert reads(Deal.objects.visible_to(world.olga)) == (5, False)


def test_the_deals_of_a_status_are_counted_without_reading_them(world: World) -> None:
    def counted() -> list[int]:
        found = [reads(Deal.objects.visible_to(world.olga).filter(Q() & Q(status=status))) for status in DealStatus.values]
        assert not any(is_read for _, is_read in found)
        return [n for n, _ in found]

    with world.inside(world.olga):
        statuses = ["open", "open", "open", "won"]
        Deal.objects.bulk_create([Deal(name=f"Renewal {n}", status=each, currency="EUR") for n, each in enumerate(statuses)])
        assert counted() == [3, 1, 0]
        Deal.objects.filter(name__in=["Renewal 0", "Renewal 3"]).update(status="lost", name="Renewal 9")
        assert counted() == [2, 0, 2]
        Deal.objects.filter(name="Renewal 9").delete()
        assert counted() == [2, 0, 0]
        assert reads(Deal.objects.filter(status="none")) == (0, True)
        assert reads(Deal.objects.filter(status="open", name="Renewal 1")) == (1, True)
    with world.inside(world.alice):
        assert reads(Deal.objects.visible_to(world.alice).filter(status="open")) == (0, True)


def test_what_goes_with_its_account_is_no_longer_counted(world: World) -> None:
    with world.inside(world.olga):
        aurelia, borealis = account("Aurelia Foods"), account("Borealis Energy")
        Contact.objects.bulk_create([Contact(last_name="Rossi", account=at) for at in (aurelia, aurelia, borealis)])
        aurelia.delete()
        assert (count(Account.objects.all()), count(Contact.objects.all())) == (1, 1)


def test_what_is_filtered_sliced_or_partly_seen_is_counted_as_it_is(world: World) -> None:
    with world.inside(world.olga):
        account("Aurelia Foods", owner=world.alice)
        account("Borealis Energy", owner=world.bob)
        assert reads(Account.objects.filter(name="Aurelia Foods")) == (1, True)
        assert reads(Account.objects.visible_to(world.alice)) == (1, True)
        assert reads(Account.objects.exclude(name="Aurelia Foods")) == (1, True)
        assert reads(Account.objects.all()[:1]) == (1, True)
        assert reads(Product.objects.all()) == (0, True)


def test_another_workspace_has_its_own_count(world: World) -> None:
    with world.inside(world.olga):
        account("Aurelia Foods")
    with world.inside(world.charlie):
        assert count(Account.objects.all()) == 0
        account("Contoso Retail")
        account("Contoso Mining")
        assert count(Account.objects.all()) == 2


@pytest.mark.parametrize("more", [0, 1])
def test_many_lines_become_one_and_the_count_stays(world: World, more: int) -> None:
    with world.inside(world.olga):
        for number in range(MOST_LINES + more):
            Account.objects.create(name=f"Account {number}")
        assert count(Account.objects.all()) == MOST_LINES + more
        assert CountLine.objects.filter(table="keystead_account").count() == (1 if more else MOST_LINES)
        assert count(Account.objects.all()) == MOST_LINES + more
