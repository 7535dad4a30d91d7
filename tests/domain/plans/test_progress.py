"""How far an objective has come: literal values of attainment, pace, lateness and the rules of thumb."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from keystead.data.models import Measure, MeasureReading, Objective, Plan
from keystead.domain.plans.items import read_measure, save_action, save_measure, save_objective
from keystead.domain.plans.progress import ObjectiveProgress, attainment, objective_progress, pace
from keystead.domain.plans.smart import lint
from tests.domain.plans.made import TODAY, plan_for
from tests.support.world import World


def progress(objective: Objective, plan: Plan, **kpis: Decimal | None) -> ObjectiveProgress:
    fresh = Objective.objects.prefetch_related("measures__readings").get(pk=objective.pk)
    return objective_progress(fresh, plan=plan, kpis=kpis, actions=fresh.actions.all(), today=TODAY)


@pytest.mark.parametrize(
    ("baseline", "target", "current", "expected"),
    [
        (31, 45, 38, "0.5"),
        (31, 45, 31, "0"),
        (31, 45, 24, "-0.5"),
        (31, 45, 52, "1.5"),
        (20, 10, 15, "0.5"),
        (20, 10, 25, "-0.5"),
        (31, 31, 31, None),
        (None, 45, 38, None),
        (31, 45, None, None),
    ],
)
def test_attainment_is_the_share_of_the_way_in_either_direction(
    baseline: int | None, target: int | None, current: int | None, expected: str | None
) -> None:
    values = (None if value is None else Decimal(value) for value in (baseline, target, current))
    found = attainment(**dict(zip(("baseline", "target", "current"), values, strict=True)))
    assert found == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2025, 12, 31), 0),
        (date(2026, 1, 1), "0.1"),
        (date(2026, 1, 5), "0.5"),
        (date(2026, 1, 10), 1),
        (date(2027, 1, 1), 1),
    ],
)
def test_pace_counts_the_days_that_have_passed_today_included(today: date, expected: Any) -> None:
    assert pace(start=date(2026, 1, 1), end=date(2026, 1, 10), today=today) == Decimal(expected)


def test_what_ends_before_it_starts_has_had_all_its_time() -> None:
    assert pace(start=date(2026, 6, 1), end=date(2026, 5, 1), today=date(2026, 1, 1)) == 1


def test_the_latest_reading_on_or_before_today_is_the_current_value(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        objective = save_objective(plan=plan, viewer=world.alice, fields={"title": "Lift NPS", "target_date": date(2026, 12, 31)})
        nps = save_measure(
            objective=objective, viewer=world.alice, fields={"name": "NPS", "baseline": Decimal(31), "target": Decimal(45)}
        )
        for days, value in ((-90, 33), (-1, 38), (30, 99)):
            read_measure(measure=nps, viewer=world.alice, on=TODAY + timedelta(days), value=Decimal(value))
        found = progress(objective, plan)
    assert (found.measures[0].current, found.attainment, found.by) == (38, Decimal("0.5"), "measures")
    assert found.measures[0].expected == Decimal(31) + found.pace * 14  # type: ignore[operator]
    assert not found.is_late


def test_an_objective_behind_its_pace_is_told_so_unless_its_tolerance_covers_it(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        objective = save_objective(plan=plan, viewer=world.alice, fields={"title": "Lift NPS", "start_date": date(2026, 1, 1)})
        nps = save_measure(
            objective=objective, viewer=world.alice, fields={"name": "NPS", "baseline": Decimal(0), "target": Decimal(100)}
        )
        read_measure(measure=nps, viewer=world.alice, on=TODAY, value=Decimal(40))
        behind = progress(objective, plan).is_behind
        save_measure(objective=objective, viewer=world.alice, measure=nps, fields={"tolerance": Decimal("0.2")})
        covered = progress(objective, plan).is_behind
    assert (behind, covered) == (True, False)


def test_a_measure_may_follow_a_figure_of_the_plan_and_a_ratio_is_a_percentage(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        objective = save_objective(plan=plan, viewer=world.alice, fields={"title": "Reach the target"})
        fields = {"name": "Attainment", "unit": "percent", "source": "kpi", "kpi": "attainment", "target": Decimal(100)}
        save_measure(objective=objective, viewer=world.alice, fields=fields)
        found = progress(objective, plan, attainment=Decimal("0.25"))
    assert (found.measures[0].current, found.attainment) == (25, Decimal("0.25"))


def test_a_yes_or_no_goes_from_no_to_yes(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        objective = save_objective(plan=plan, viewer=world.alice, fields={"title": "Sign the framework agreement"})
        signed = save_measure(objective=objective, viewer=world.alice, fields={"name": "Signed", "unit": "yes_no"})
        before = progress(objective, plan).attainment
        read_measure(measure=signed, viewer=world.alice, on=TODAY, value=Decimal(1))
        assert (before, progress(objective, plan).attainment) == (None, 1)


def test_without_a_measure_the_actions_tell_by_effort_and_dropped_ones_do_not_count(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        objective = save_objective(
            plan=plan, viewer=world.alice, fields={"title": "Find a second sponsor", "kind": "qualitative"}
        )
        for title, done, hours in (("Map Group IT", 100, 30), ("Dinner with the board", 0, 10)):
            fields = {"title": title, "objective": objective, "percent_done": done, "effort_hours": Decimal(hours)}
            save_action(plan=plan, viewer=world.alice, fields=fields)
        save_action(plan=plan, viewer=world.alice, fields={"title": "Trade fair", "objective": objective, "status": "dropped"})
        found = progress(objective, plan)
        save_action(plan=plan, viewer=world.alice, fields={"title": "Call", "objective": objective})
        evenly = progress(objective, plan)
    assert (found.attainment, found.by) == (Decimal("0.75"), "actions")
    assert evenly.attainment == Decimal(100) / 300


def test_an_objective_past_its_day_is_late_until_it_is_reached(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        objective = save_objective(
            plan=plan, viewer=world.alice, fields={"title": "Win Iberia", "target_date": TODAY - timedelta(1)}
        )
        late = progress(objective, plan).is_late
        save_objective(plan=plan, viewer=world.alice, objective=objective, fields={"status": "achieved"})
        reached = progress(objective, plan)
    assert late
    assert (reached.is_late, reached.attainment) == (False, 1)


def test_the_rules_of_thumb_name_what_an_objective_lacks_and_let_a_sound_one_pass(world: World) -> None:
    with world.inside(world.alice):
        plan = plan_for(world)
        save_objective(plan=plan, viewer=world.alice, fields={"title": "Growth", "target_date": date(2028, 1, 1)})
        flat = save_objective(plan=plan, viewer=world.alice, fields={"title": "Hold our share", "target_date": date(2026, 9, 1)})
        Measure.objects.create(objective=flat, name="Share", baseline=40, target=40)
        objectives = list(Objective.objects.filter(plan=plan).prefetch_related("measures", "from_swot"))
        found = [(finding.objective.title, finding.rule) for finding in lint(objectives, plan)]
        assert MeasureReading.objects.count() == 0
    assert found == [
        ("Growth", "SMART-S1"),
        ("Growth", "SMART-M1"),
        ("Growth", "SMART-R1"),
        ("Growth", "SMART-T1"),
        ("Hold our share", "SMART-M2"),
        ("Hold our share", "SMART-R1"),
    ]
