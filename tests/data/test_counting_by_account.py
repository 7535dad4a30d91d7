"""The kept numbers of deals are the numbers of deals, whatever comes, goes and moves, folded in or not."""

from collections import Counter

import pytest

from keystead.data.counting import by_account
from keystead.data.counting.by_account import DealCountLine, deals_of, most_deals
from keystead.data.models import Account, Deal
from tests.support.world import World, account


def held(world: World) -> dict[str, int]:
    """What is kept, which must be what is there."""
    names = dict(Account.objects.values_list("pk", "name"))
    kept = {names[key]: n for key, n in most_deals(10)}
    assert kept == Counter(Deal.objects.filter(account__isnull=False).values_list("account__name", flat=True))
    assert dict(Account.objects.annotate(n=deals_of()).filter(n__gt=0).values_list("name", "n")) == kept
    return kept


@pytest.mark.parametrize("most", [by_account.MOST_LINES, 0])
def test_the_deals_of_each_account_are_kept(world: World, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_account, "MOST_LINES", most)
    with world.inside(world.olga):
        aurelia, borealis = account("Aurelia Foods"), account("Borealis Energy")
        Deal.objects.bulk_create([Deal(name=f"Renewal {n}", account=aurelia, currency="EUR") for n in range(5)])
        Deal.objects.create(name="Alone", currency="EUR")
        Deal.objects.create(name="Grid", account=borealis, currency="EUR")
        assert held(world) == {"Aurelia Foods": 5, "Borealis Energy": 1}
        Deal.objects.filter(name__in=["Renewal 0", "Renewal 1", "Renewal 2"]).update(account=borealis)
        Deal.objects.filter(name="Renewal 3").update(name="Renewal three")
        assert held(world) == {"Aurelia Foods": 2, "Borealis Energy": 4}
        Deal.objects.filter(name="Alone").update(account=aurelia)
        Deal.objects.filter(name="Grid").update(account=None)
        Deal.objects.filter(name="Renewal 1").delete()
        assert held(world) == {"Aurelia Foods": 3, "Borealis Energy": 2}
        assert [n for _key, n in most_deals(1, beyond=2)] == [2]
        assert most_deals(9, among=Account.objects.filter(name="Borealis Energy")) == [(borealis.pk, 2)]
        assert bool(DealCountLine.objects.count()) is (most > 0)


def test_another_workspace_knows_nothing_of_them(world: World) -> None:
    with world.inside(world.olga):
        Deal.objects.create(name="Grid", account=account("Borealis Energy"), currency="EUR")
    with world.inside(world.charlie):
        assert most_deals(5) == []
