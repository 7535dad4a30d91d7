"""Two people write into one plan at the same moment: neither fails, and nothing is made twice."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from keystead.data.models import Action, Contact, MeasureReading, Member, Objective, SwotItem
from keystead.domain.accounts.editing import delete_account, delete_contact
from keystead.domain.accounts.merging import merge_contacts
from keystead.domain.plans.items import (
    delete_item,
    move_objective,
    read_measure,
    save_measure,
    save_objective,
    save_swot_item,
    turn_swot_into_action,
    turn_swot_into_objective,
)
from keystead.domain.writing import hold
from tests.domain.plans.made import TODAY, plan_for
from tests.domain.undoing.scene import change, take_back
from tests.support.product import overlapping
from tests.support.world import World, build_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    return build_world()


def as_bob(world: World, write: Any) -> Any:
    """For the other connection: with its own scope."""

    def written() -> Any:
        with world.inside(world.bob):
            return write()

    return written


def ranks(plan: Any) -> list[int]:
    return list(Objective.objects.filter(plan=plan).values_list("rank", flat=True))


def test_objectives_added_moved_and_deleted_at_once_keep_their_ranks_without_holes(world: World) -> None:
    with world.inside():
        plan = plan_for(world)

        def add(title: str) -> Objective:
            return save_objective(plan=plan, viewer=world.olga, fields={"title": title})

        overlapping(lambda: add("One"), as_bob(world, lambda: add("Two")))
        assert ranks(plan) == [1, 2]
        first = Objective.objects.get(plan=plan, rank=1)
        overlapping(lambda: delete_item(item=first, viewer=world.olga), as_bob(world, lambda: add("Three")))
        assert ranks(plan) == [1, 2]
        second = Objective.objects.get(plan=plan, rank=2)
        overlapping(lambda: add("Four"), as_bob(world, lambda: move_objective(objective=second, viewer=world.olga, to=3)))
        assert ranks(plan) == [1, 2, 3]
        assert Objective.objects.get(plan=plan, rank=3) == second


def test_an_objective_that_comes_back_while_another_is_added_has_a_rank_of_its_own(world: World) -> None:
    with world.inside():
        plan = plan_for(world)
        first, _second = (save_objective(plan=plan, viewer=world.olga, fields={"title": title}) for title in ("One", "Two"))
        deleted = change(world.olga, lambda: delete_item(item=first, viewer=world.olga))
        overlapping(
            lambda: save_objective(plan=plan, viewer=world.olga, fields={"title": "Three"}),
            as_bob(world, lambda: take_back(world.olga, deleted)),
        )
        assert list(Objective.objects.filter(plan=plan).values_list("title", flat=True)) == ["One", "Two", "Three"]


@pytest.mark.parametrize(("turn", "made"), [(turn_swot_into_objective, Objective), (turn_swot_into_action, Action)])
def test_an_item_that_two_turn_at_once_becomes_one_thing(world: World, turn: Any, made: Any) -> None:
    with world.inside():
        plan = plan_for(world)
        item = save_swot_item(plan=plan, viewer=world.olga, fields={"quadrant": "threat", "text": "A rival is cheaper"})
        same = SwotItem.objects.get(pk=item.pk)
        overlapping(lambda: turn(item=item, viewer=world.olga), as_bob(world, lambda: turn(item=same, viewer=world.olga)))
        assert made.objects.filter(plan=plan).count() == 1


GOES: dict[str, Callable[[Contact, Member], object]] = {
    "the account": lambda lena, who: delete_account(account=lena.account, viewer=who),
    "the person": lambda lena, who: delete_contact(contact=lena, viewer=who),
    "the person, merged": lambda lena, who: merge_contacts(keep=Contact.objects.get(last_name="Marr"), lose=lena, viewer=who),
}


@pytest.mark.parametrize("what", GOES)
def test_who_writes_in_a_plan_and_who_deletes_what_it_names_do_not_wait_for_each_other(world: World, what: str) -> None:
    with world.inside():
        plan = plan_for(world)
        lena, _marr = (Contact.objects.create(account=plan.account, last_name=name) for name in ("Lindt", "Marr"))
        objective = save_objective(plan=plan, viewer=world.olga, fields={"title": "Win her over", "stakeholder": lena})
        named = {"title": "Win Lena over", "stakeholder": lena}
        overlapping(
            lambda: hold(plan),
            as_bob(world, lambda: GOES[what](lena, world.olga)),
            then=lambda: save_objective(plan=plan, viewer=world.olga, fields=named, objective=objective),
        )
        left = list(Objective.objects.values_list("title", "stakeholder__last_name"))
        merged = "Marr" if "merged" in what else None
        assert left == ([] if what == "the account" else [("Win Lena over", merged)])


def test_of_two_readings_of_one_day_the_later_holds(world: World) -> None:
    with world.inside():
        objective = save_objective(plan=plan_for(world), viewer=world.olga, fields={"title": "Be recommended"})
        measure = save_measure(objective=objective, viewer=world.olga, fields={"name": "NPS"})

        def note(value: int) -> Any:
            return read_measure(measure=measure, viewer=world.olga, on=TODAY, value=Decimal(value))

        overlapping(lambda: note(40), as_bob(world, lambda: note(41)))
        assert MeasureReading.objects.get().value == 41
