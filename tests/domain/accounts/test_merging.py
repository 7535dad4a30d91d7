"""Two records that are one: what goes where, who may, and what stands in the way."""

from datetime import date
from decimal import Decimal

import pytest

from keystead.data.models import Account, AccountTeamMember, Contact, Deal, DistinctAccounts, Plan, RevenueLink
from keystead.domain.accounts.merging import merge_accounts, merge_contacts, tell_apart
from keystead.domain.plans.editing import create_plan
from keystead.domain.workspace.permissions import NotAllowed
from keystead.domain.writing import Invalid, Stale
from tests.domain.undoing.scene import TODAY, Scene, change, everything, take_back
from tests.support.world import World, account


def test_the_kept_account_has_what_both_had_and_its_plan_counts_the_others_deals(world: World) -> None:
    with world.inside():
        scene = Scene(world)
        Account.objects.filter(pk=scene.aurelia.pk).update(external_id="CRM-1", industry="Food")
        Account.objects.filter(pk=scene.bolt.pk).update(industry="Energy")
        kept = merge_accounts(keep=scene.bolt, lose=scene.aurelia, viewer=world.alice)
        assert (kept.name, kept.external_id, kept.industry) == ("Bolt Energy", "CRM-1", "Energy")
        assert not Account.objects.filter(pk=scene.aurelia.pk).exists()
        assert set(Contact.objects.filter(account=kept)) == {scene.lena, scene.marc}
        assert Plan.objects.get(account=kept) == scene.plan
        assert AccountTeamMember.objects.get(account=kept).member == world.bob
        chilled = Account.objects.get(pk=scene.chilled.pk)
        assert chilled.lineage == [kept.pk, chilled.pk]
        assert set(RevenueLink.objects.filter(plan=scene.plan, deal__isnull=False).values_list("deal", flat=True)) == {
            deal.pk for deal in scene.deals
        }


def test_an_account_manager_takes_her_own_merge_back_and_does_it_again_without_the_right_to_delete(world: World) -> None:
    with world.inside():
        scene = Scene(world)
        Account.objects.filter(pk=scene.aurelia.pk).update(external_id="CRM-1")
        account("Aurelia Iberia", parent=scene.aurelia, owner=world.bob)  # another's: it moves, and comes back
        before = everything()
        made = change(world.alice, lambda: merge_accounts(keep=scene.bolt, lose=scene.aurelia, viewer=world.alice))
        after = everything()
        undone = take_back(world.alice, made)
        assert everything() == before
        redone = take_back(world.alice, undone.change)
        assert everything() == after
        take_back(world.olga, redone.change)
        assert everything() == before


def test_both_must_be_within_reach(world: World) -> None:
    with world.inside():
        scene = Scene(world)
        iron = account("Iron Works", owner=world.bob)
        with pytest.raises(NotAllowed):
            merge_accounts(keep=scene.bolt, lose=iron, viewer=world.alice)
        with pytest.raises(NotAllowed):
            merge_accounts(keep=iron, lose=scene.bolt, viewer=world.alice)
        with pytest.raises(NotAllowed):
            tell_apart(first=iron, second=scene.bolt, viewer=world.alice)
        with pytest.raises(NotAllowed):
            merge_accounts(keep=scene.bolt, lose=scene.aurelia, viewer=world.vera)


def test_what_changed_meanwhile_is_looked_at_first_and_nothing_is_written(world: World) -> None:
    with world.inside():
        scene = Scene(world)
        seen = scene.aurelia.version
        Account.objects.filter(pk=scene.aurelia.pk).update(industry="Food")
        with pytest.raises(Stale):
            merge_accounts(keep=scene.bolt, lose=scene.aurelia, viewer=world.olga, lose_seen=seen)
        assert Account.objects.filter(pk=scene.aurelia.pk).exists()
        assert Deal.objects.filter(account=scene.bolt).count() == 0


def test_two_plans_for_the_same_time_stand_in_the_way_by_name(world: World) -> None:
    with world.inside():
        scene = Scene(world)
        fields = {"account": scene.bolt, "start_date": date(2026, 6, 1), "end_date": date(2027, 5, 31), "target": Decimal(1)}
        create_plan(viewer=world.alice, fields=fields | {"name": "Bolt 2026"}, today=TODAY)
        with pytest.raises(Invalid, match="plans_overlap") as refusal:
            merge_accounts(keep=scene.bolt, lose=scene.aurelia, viewer=world.alice)
        assert "“Bolt 2026”" in str(refusal.value.errors[0].message)


def test_a_contact_takes_over_reports_objectives_and_what_she_has_not_herself(world: World) -> None:
    with world.inside():
        scene = Scene(world)
        twin = Contact.objects.create(account=scene.aurelia, last_name="Lindt", phone="+49 30 1234567", reports_to=scene.marc)
        kept = merge_contacts(keep=twin, lose=scene.lena, viewer=world.alice)
        assert (kept.first_name, kept.email, kept.phone) == ("Lena", "lena@aurelia.example", "+49 30 1234567")
        assert kept.reports_to is None  # Marc reported to Lena: the kept one takes her place
        assert Contact.objects.get(pk=scene.marc.pk).reports_to == kept
        assert {objective.stakeholder for objective in scene.plan.objectives.all()} == {kept}


def test_nobody_comes_to_report_to_herself_when_who_reported_to_her_is_merged_into_her(world: World) -> None:
    with world.inside():
        scene = Scene(world)
        Contact.objects.filter(pk=scene.marc.pk).update(email="marc@aurelia.example")
        kept = merge_contacts(keep=scene.lena, lose=Contact.objects.get(pk=scene.marc.pk), viewer=world.alice)
        assert (kept.reports_to, kept.email) == (None, "lena@aurelia.example")


def test_a_pair_is_told_apart_once_whichever_is_named_first(world: World) -> None:
    with world.inside():
        one, other = account("Acme"), account("Acme Ltd")
        tell_apart(first=one, second=other, viewer=world.olga)
        tell_apart(first=other, second=one, viewer=world.olga)
        assert DistinctAccounts.objects.count() == 1
        with pytest.raises(Invalid, match="same_record"):
            merge_accounts(keep=one, lose=one, viewer=world.olga)


def test_what_stood_beside_the_kept_account_stands_below_it_however_often_the_merge_is_taken_back_and_done_again(
    world: World,
) -> None:
    with world.inside():
        top = account("Top")
        lose = account("Lose", parent=top)
        keep, beside = account("Keep", parent=lose), account("Beside", parent=lose)
        below = account("Below", parent=beside)
        before = [[top, lose, keep], [top, lose, beside], [top, lose, beside, below]]
        merged = [[top, keep], [top, keep, beside], [top, keep, beside, below]]

        def stand(ways: list[list[Account]]) -> bool:
            return all(Account.objects.get(pk=way[-1].pk).lineage == [each.pk for each in way] for way in ways)

        step = change(world.olga, lambda: merge_accounts(keep=keep, lose=lose, viewer=world.olga))
        assert stand(merged)
        for ways in (before, merged, before):
            step = take_back(world.olga, step).change
            assert stand(ways)
