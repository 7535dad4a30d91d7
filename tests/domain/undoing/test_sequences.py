"""Random edits of several records, taken back one after the other in their reverse order and done again: nothing is left over."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keystead.data.models import Account, Action, Contact, Deal, Objective, Plan
from keystead.domain.accounts.editing import change_account, change_contact, delete_account, delete_contact
from keystead.domain.deals.editing import change_deal, delete_deal
from keystead.domain.plans.editing import change_plan, delete_plan
from keystead.domain.plans.items import delete_item, move_objective, save_action, save_objective
from keystead.domain.writing import Invalid
from tests.domain.undoing.scene import Scene, change, everything, take_back
from tests.support.examples import examples
from tests.support.world import World

# What may happen: each takes the scene and a number that picks the record and the value, and does nothing when it has none.
Step = Callable[[Scene, int], Any]


def _pick(rows: Any, number: int) -> Any:
    found = list(rows.order_by("pk"))
    return found[number % len(found)] if found else None


def _account(scene: Scene, number: int) -> None:
    account, parent = _pick(Account.objects.all(), number), _pick(Account.objects.all(), number // 3)
    if account:
        change_account(account=account, viewer=scene.world.olga, fields={"parent": parent, "employees": number})


def _deal(scene: Scene, number: int) -> None:
    """A deal is won and stays so: a step is told from its way back by their moments, and here all is one transaction's moment."""
    if deal := _pick(Deal.objects.all(), number):
        stage = scene.won_stage if number % 2 else deal.stage
        fields = {"close_date": date(2025 + number % 3, 5, 1), "amount": Decimal(number), "stage": stage}
        change_deal(deal=deal, viewer=scene.world.olga, fields=fields | {"account": _pick(Account.objects.all(), number // 2)})


def _plan(scene: Scene, number: int) -> None:
    if plan := _pick(Plan.objects.all(), number):
        fields = {"target": Decimal(number), "includes_descendants": bool(number % 2), "end_date": date(2026, 6 + number % 7, 1)}
        change_plan(plan=plan, viewer=scene.world.olga, fields=fields)


def _objective(scene: Scene, number: int) -> None:
    if plan := _pick(Plan.objects.all(), number):
        save_objective(plan=plan, viewer=scene.world.olga, fields={"title": f"Objective {number}", "rank": 1 + number % 4})


def _rank(scene: Scene, number: int) -> None:
    if objective := _pick(Objective.objects.select_related("plan"), number):
        move_objective(objective=objective, viewer=scene.world.olga, to=1 + number % 4)


def _action(scene: Scene, number: int) -> None:
    if action := _pick(Action.objects.select_related("plan"), number):
        save_action(plan=action.plan, viewer=scene.world.olga, action=action, fields={"percent_done": number % 101})


def _contact(scene: Scene, number: int) -> None:
    if contact := _pick(Contact.objects.all(), number):
        above = _pick(Contact.objects.all(), number // 2)
        change_contact(contact=contact, viewer=scene.world.olga, fields={"reports_to": above, "phone": str(number)})


def _deletion(scene: Scene, number: int) -> None:
    viewer = scene.world.olga
    kinds: list[tuple[Any, Callable[[Any], Any]]] = [
        (Deal.objects.all(), lambda found: delete_deal(deal=found, viewer=viewer)),
        (Contact.objects.all(), lambda found: delete_contact(contact=found, viewer=viewer)),
        (Objective.objects.select_related("plan"), lambda found: delete_item(item=found, viewer=viewer)),
        (Plan.objects.all(), lambda found: delete_plan(plan=found, viewer=viewer)),
        (Account.objects.all(), lambda found: delete_account(account=found, viewer=viewer)),
    ]
    rows, delete = kinds[number % len(kinds)]
    if found := _pick(rows, number):
        delete(found)


STEPS: list[Step] = [_account, _deal, _plan, _objective, _rank, _action, _contact, _deletion]


def run(scene: Scene, step: Step, number: int) -> UUID | None:
    """The change, or None when the rules refuse it or it writes nothing."""
    before = everything()
    try:
        with transaction.atomic():
            written = change(scene.world.olga, lambda: step(scene, number))
    except Invalid:
        return None
    return written if everything() != before else None


@settings(
    max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 60)), min_size=1, max_size=6))
def test_a_row_of_changes_is_undone_backwards_and_redone_forwards(world: World, steps: list[tuple[Step, int]]) -> None:
    with world.inside(), transaction.atomic():
        olga = world.olga
        scene = Scene(world)
        states, changes = [everything()], []
        for step, number in steps:
            written = run(scene, step, number)
            if written is not None:
                changes.append(written)
                states.append(everything())
        undone = []
        for place, written in reversed(list(enumerate(changes))):
            undone.append(take_back(olga, written).change)
            assert everything() == states[place]
        for place, written in enumerate(reversed(undone)):
            take_back(olga, written)
            assert everything() == states[place + 1]
        transaction.set_rollback(True)
