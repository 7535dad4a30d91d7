"""What the SQL links and adds up is what plain loops link and add up, whatever the tree, the rates, the teams and the policy."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Context, Decimal, localcontext
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from keystead.analytics.measures import KPIS, derive
from keystead.data.models import Deal, Order, Plan, RevenueLink
from keystead.domain.deals.editing import change_deal
from keystead.domain.plans.explanation import explain
from keystead.domain.plans.kpis import PlanFigures, figures
from keystead.domain.plans.linking import relink
from keystead.domain.plans.near import near_misses
from keystead.domain.plans.streams import figures_and_streams
from tests.domain.plans.scenes import DAYS, put, scenes, taken_away_after
from tests.domain.plans.twin import Scene, Twin, links, twin, why_unlinked
from tests.support.examples import examples
from tests.support.world import World

EXACTLY = Context(prec=200)
slowly = settings(
    max_examples=examples(8),
    deadline=None,
    phases=[
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ],  # to shrink a scene of rows takes minutes; the scene as drawn says enough
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def at(scene: Scene) -> datetime:
    return datetime.combine(scene.today, datetime.min.time(), UTC)


@pytest.mark.parametrize("include_hidden", [False, True])
@slowly
@given(scene=scenes(), viewer=st.sampled_from(["alice", "olga"]))
def test_the_figures_are_those_of_the_twin(world: World, include_hidden: bool, scene: Scene, viewer: str) -> None:
    member = getattr(world, viewer)
    with world.inside(member), taken_away_after(), localcontext(EXACTLY):
        member.workspace.totals_include_hidden = include_hidden
        plan, deals, orders = put(scene, world)
        expected = twin(scene, viewer, include_hidden=include_hidden)
        block = figures(plans=[plan], viewer=member, at=at(scene), today=scene.today)[plan.pk]
        assert (block.values["won"], block.values["pipeline"]) == (expected.won, expected.pipeline)
        assert block.values["weighted_pipeline"] == expected.weighted
        assert (block.hidden, block.counted) == (expected.hidden, expected.counted)
        assert {(pair.base, pair.quote, pair.date, pair.part) for pair in block.missing} == expected.missing
        explanations_add_up(plan, member, scene, block)
        streams_add_up(plan, member, scene, expected, block, viewer, include_hidden)
        reasons_are_the_twins(scene, deals, orders)


def explanations_add_up(plan: Plan, member: Any, scene: Scene, block: PlanFigures) -> None:
    """Each KPI's lines sum to it exactly; a ratio's lines sum to what is divided. Its figures are the plan's."""
    numerators = {"achievement": "forecast", "attainment": "won", "coverage": "pipeline"}
    for kpi in KPIS:
        why = explain(plan=plan, kpi=kpi, viewer=member, at=at(scene), today=scene.today)
        value = why.figures.values[numerators.get(kpi, kpi)]
        assert sum((line.converted for line in why.included), Decimal(0)) == (value or 0), kpi
        assert why.total == value, kpi
        assert why.figures == replace(block, as_of=why.as_of), kpi


def streams_add_up(
    plan: Plan, member: Any, scene: Scene, expected: Twin, block: PlanFigures, viewer: str, include_hidden: bool
) -> None:
    beside, found = figures_and_streams(plan=plan, viewer=member, at=at(scene), today=scene.today)
    assert beside == block
    assert (found.total.won, found.total.pipeline, found.total.weighted_pipeline) == (
        expected.won,
        expected.pipeline,
        expected.weighted,
    )
    named = {stream.name: [stream.won, stream.pipeline] for stream in found.lines if stream.won or stream.pipeline}
    twins = {"" if line is None else f"Line {line}": sums for line, sums in expected.by_line.items() if any(sums)}
    assert named == twins
    a_year_before = replace(scene, plan=replace(scene.plan, start=found.earlier.start, end=found.earlier.end))
    before = twin(scene, viewer, include_hidden=include_hidden, linking=a_year_before)
    assert found.total.last_year == before.won
    assert {stream.name: stream.last_year for stream in found.lines if stream.last_year} == {
        "" if line is None else f"Line {line}": won for line, (won, _) in before.by_line.items() if won
    }


def reasons_are_the_twins(scene: Scene, deals: list[Deal], orders: list[Order]) -> None:
    for drawn, row in [*zip(scene.deals, deals, strict=True), *zip(scene.orders, orders, strict=True)]:
        row.refresh_from_db()
        reason = why_unlinked(scene, drawn)
        assert row.unlinked_reason == reason
        assert RevenueLink.objects.filter(**{row._meta.model_name: row}).exists() is (reason == "")


@slowly
@given(scene=scenes(), data=st.data())
def test_links_follow_every_edit_of_a_deal_and_of_the_tree(world: World, scene: Scene, data: st.DataObject) -> None:
    with world.inside(world.olga), taken_away_after(), localcontext(EXACTLY):
        plan, deals, _orders = put(scene, world)
        for drawn, deal in zip(scene.deals, deals, strict=True):
            drawn.day = data.draw(st.sampled_from([*DAYS, None]))
            drawn.team = data.draw(st.sampled_from(["", "South"]))
            change_deal(deal=deal, viewer=world.olga, fields={"close_date": drawn.day, "team_key": drawn.team})
        linked = set(RevenueLink.objects.filter(plan=plan, deal__isnull=False).values_list("deal_id", flat=True))
        assert linked == {deal.pk for drawn, deal in zip(scene.deals, deals, strict=True) if links(scene, drawn)}
        assert relink(everything=True) == 0


@slowly
@given(scene=scenes())
def test_every_row_at_the_account_is_either_linked_or_a_near_miss_with_its_reason(world: World, scene: Scene) -> None:
    with world.inside(world.olga), taken_away_after():
        plan, deals, _orders = put(scene, world)
        near, unseen = near_misses(plan=plan, viewer=world.olga, at_most=100)
        told = {miss.id: miss.reason for miss in near if miss.kind == "deal"}
        assert unseen == 0
        for drawn, deal in zip(scene.deals, deals, strict=True):
            is_below = drawn.account is not None and plan.account_id in type(plan.account).objects.get(pk=deal.account_id).lineage
            assert (deal.pk in told) is (is_below and not links(scene, drawn))
            if deal.pk in told and told[deal.pk] != "below_account":
                assert told[deal.pk] == why_unlinked(scene, drawn)


@given(
    target=st.one_of(st.none(), st.decimals(0, 10**9, places=4)),
    won=st.decimals(-(10**9), 10**12, places=20),
    pipeline=st.decimals(0, 10**12, places=20),
)
def test_what_is_derived_holds_whatever_the_sums_are(target: Decimal | None, won: Decimal, pipeline: Decimal) -> None:
    with localcontext(EXACTLY):
        values = derive(target=target, won=won, pipeline=pipeline, weighted_pipeline=pipeline)
        assert values["forecast"] == won + pipeline
        assert values["variance"] == won + pipeline - (target or 0)
        for ratio in ("achievement", "attainment"):
            assert (values[ratio] is None) is (not target)
        assert values["gap"] is None if target is None else values["gap"] == max(target - won, 0)
