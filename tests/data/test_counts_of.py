"""Rows of several kinds are counted with one question."""

from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from keystead.data.counting.together import counts_of
from keystead.data.models import Account, Contact, Deal
from tests.support.world import World, account


def test_each_kind_has_its_own_count_whatever_it_is_ordered_or_narrowed_by(world: World) -> None:
    with world.inside(world.alice):
        aurelia = account("Aurelia 100 % Foods", owner=world.alice)
        account("Brasilux", owner=world.bob)
        for number in range(3):
            Deal.objects.create(account=aurelia, name=f"Deal {number}", currency="EUR")
        kinds: dict[str, QuerySet] = {
            "hers": Account.objects.visible_to(world.alice).filter(name__contains="%").order_by("name"),
            "deals": Deal.objects.filter(account=aurelia),
            "contacts": Contact.objects.filter(account=aurelia),
            "nothing": Deal.objects.filter(pk__in=[]),
        }
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert counts_of(kinds) == {"hers": 1, "deals": 3, "contacts": 0, "nothing": 0}
        assert len(asked) == 1
