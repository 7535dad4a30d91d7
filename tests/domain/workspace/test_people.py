"""The hierarchy of people, and why somebody may."""

from datetime import UTC, datetime, timedelta

import pytest

from keystead.data.models import AccountTeamMember, Action, Deal, Import, Member, Objective, Plan, RevenueLink
from keystead.data.permissions import TABLE, reaches
from keystead.domain.workspace.invitations import VALID_FOR, invite
from keystead.domain.workspace.members import create_member
from keystead.domain.workspace.my_day import my_day
from keystead.domain.workspace.people import LoginState, hierarchy, matching, with_login_state
from keystead.domain.workspace.why import _chain, why, why_not
from tests.support.world import World, account

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def drawn(members: object) -> list[str]:
    names = dict(Member.objects.values_list("pk", "name"))
    return ["  " * place.depth + names[place.member_id] for place in hierarchy(members)]


def test_people_stand_below_whom_they_report_to_and_leaders_come_first(world: World) -> None:
    with world.inside():
        assert drawn(Member.objects.all()) == [
            "Mona Manager", "  Alice Alvarez", "  Bob Brown", "Gus Guest", "Olga Owner", "Vera Viewer",
        ]  # fmt: skip


def test_a_circle_from_an_old_import_loses_nobody(world: World) -> None:
    with world.inside():
        Member.objects.filter(pk=world.mona.pk).update(manager=world.alice)
        assert sorted(line.strip() for line in drawn(Member.objects.all())) == sorted(
            Member.objects.values_list("name", flat=True)
        )


def test_the_login_state_says_what_an_administrator_can_do_next(world: World) -> None:
    with world.inside():
        states = {}
        for name, at in (("Waiting", AT), ("Late", AT - VALID_FOR - timedelta(seconds=1)), ("Never", None)):
            fields = {"name": name, "email": f"{name.lower()}@northwind.example"}
            member = create_member(viewer=world.olga, at=AT, fields=fields)
            if at:
                invite(member=member, viewer=world.olga, at=at)
        Member.objects.filter(pk=world.gus.pk).update(is_active=False)
        states = {member.name: member.login_state for member in with_login_state(Member.objects.all(), at=AT)}
        assert states["Waiting"] == LoginState.INVITED
        assert states["Late"] == LoginState.EXPIRED
        assert states["Never"] == LoginState.NEVER_INVITED
        assert states["Gus Guest"] == LoginState.INACTIVE
        assert states["Alice Alvarez"] == LoginState.LOGS_IN


def test_people_are_found_by_words_role_and_state(world: World) -> None:
    with world.inside():
        everybody = with_login_state(Member.objects.all(), at=AT)
        assert set(matching(everybody, text="south").values_list("name", flat=True)) == {"Mona Manager", "Alice Alvarez"}
        assert matching(everybody, text="BOB@").get() == world.bob
        assert matching(everybody, role="guest", state="logs_in").get() == world.gus
        assert not matching(everybody, state="invited").exists()


def facts(world: World) -> list[object]:
    aurelia = account("Aurelia Foods", owner=world.alice)
    AccountTeamMember.objects.create(account=aurelia, member=world.bob)
    other = account("Brasilux", owner=world.mona)
    plan = Plan.objects.create(
        account=other, name="Plan", start_date="2026-01-01", end_date="2026-12-31", currency="EUR", owner=world.alice
    )
    return [
        aurelia, other, plan,
        Deal.objects.create(name="Loose", currency="EUR", owner=world.bob),
        Deal.objects.create(name="Cold chain", account=aurelia, currency="EUR"),
        Objective.objects.create(plan=plan, title="Grow", rank=1),
        Action.objects.create(plan=plan, title="Call"),
        Import.objects.create(kind="deals", filename="deals.csv", by=world.alice),
        world.alice, world.olga,
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["olga", "mona", "alice", "bob", "vera", "gus"])
def test_the_reasons_always_agree_with_the_permission_table(world: World, who: str) -> None:
    viewer = getattr(world, who)
    with world.inside(viewer):
        for obj in facts(world):
            noun = {"Objective": "plan", "Action": "plan"}.get(type(obj).__name__, type(obj).__name__.lower())
            for action in (name for name in TABLE if name.startswith(f"{noun}.") and not name.endswith("create")):
                answer = why(viewer, action, obj)
                assert answer.is_allowed == reaches(viewer, action, obj), (who, action, obj)
                assert all(str(reason) for reason in answer.reasons)
                assert answer.reasons


def test_the_reason_names_the_person_through_whom_it_is_seen(world: World) -> None:
    with world.inside():
        aurelia, *_rest = facts(world)
        sentences = [str(reason) for reason in why(world.mona, "account.read", aurelia).reasons]
        assert sentences == [
            "Alice Alvarez, who reports to you, owns the account Aurelia Foods.",
            "Bob Brown, who reports to you, is on the team of the account Aurelia Foods.",
        ]
        assert [reason.code for reason in why(world.alice, "account.read", aurelia).reasons] == ["account_owner"]
        assert str(why(world.gus, "account.read", aurelia).reasons[0]) == "Your role, Guest, does not include this."


def test_why_not_is_a_sentence_also_where_no_one_reason_stands_for_all(world: World) -> None:
    with world.inside():
        bobs = account("Aurelia Foods", owner=world.bob)
        assert why_not(world.vera, "account.edit", bobs) == "Your role, Viewer, does not include this."
        assert why_not(world.alice, "account.edit", bobs).startswith("It belongs to an account that neither you")
        assert why_not(world.alice, "account.edit") == "This is beyond what you may change."


def test_whoever_is_inactive_may_nothing_and_only_who_stands_above_is_a_reason(world: World) -> None:
    with world.inside():
        world.gus.is_active = False
        answer = why(world.gus, "account.read", None)
        assert (answer.is_allowed, [reason.code for reason in answer.reasons]) == (False, ["inactive"])
        assert _chain(world.alice, world.mona) == ("Alice Alvarez", "Mona Manager")
        Member.objects.filter(pk=world.mona.pk).update(manager=world.alice)  # a circle, in which Bob does not stand
        assert _chain(world.alice, world.bob) == ()


def test_my_day_holds_my_open_actions_by_when_they_are_due(world: World) -> None:
    today = AT.date()
    with world.inside():
        aurelia = account("Aurelia Foods", owner=world.alice)
        plan = Plan.objects.create(
            account=aurelia, name="Plan", start_date="2026-01-01", end_date="2026-12-31", currency="EUR", status="submitted",
            owner=world.alice,
        )  # fmt: skip
        for title, days, fields in (
            ("late", -1, {}), ("today", 0, {}), ("in two weeks", 14, {}), ("later", 15, {}), ("in four weeks", 28, {}),
            ("far", 29, {}), ("done", -1, {"status": "done"}), ("bob's", -1, {"owner": world.bob}),
        ):  # fmt: skip
            Action.objects.create(
                plan=plan, title=title, due_date=today + timedelta(days=days), **({"owner": world.alice} | fields)
            )
        day = my_day(viewer=world.alice, at=AT, today=today)
        assert [[action.title for action in part] for part in (day.overdue, day.soon, day.later)] == [
            ["late"], ["today", "in two weeks"], ["later", "in four weeks"],
        ]  # fmt: skip
        assert day.approvals == []
        assert my_day(viewer=world.mona, at=AT, today=today).approvals == [plan]
        assert my_day(viewer=world.olga, at=AT, today=today).approvals == [plan]
        year = {"account": aurelia, "currency": "EUR", "start_date": "2026-01-01", "end_date": "2026-12-31"}
        Plan.objects.bulk_create(Plan(name=f"Plan {n}", status="submitted", **year) for n in range(9))
        many = my_day(viewer=world.mona, at=AT, today=today)
        assert (len(many.approvals), many.approvals[0], many.awaiting) == (8, plan, 10)
        assert (day.has_accounts, day.has_deals, day.has_plans) == (True, False, True)
        assert my_day(viewer=world.gus, at=AT, today=today).has_accounts is False


def test_my_day_shows_where_running_plans_stand_the_furthest_behind_first(world: World) -> None:
    with world.inside():
        aurelia = account("Aurelia Foods", owner=world.alice)
        won = Deal.objects.create(
            account=aurelia, name="Line", amount=900, currency="EUR", status="won", close_date="2026-03-01", owner=world.alice
        )
        year = {"account": aurelia, "currency": "EUR", "start_date": "2026-01-01", "end_date": "2026-12-31"}
        ahead = Plan.objects.create(name="Ahead", target=1000, owner=world.alice, **year)
        Plan.objects.create(name="Behind", target=1000, owner=world.bob, **year)
        Plan.objects.create(name="Without target", owner=world.alice, **year)
        Plan.objects.create(name="Archived", target=1000, owner=world.alice, status="archived", **year)
        Plan.objects.create(name="Over", target=1000, owner=world.alice, **year | {"end_date": "2026-11-24"})
        RevenueLink.objects.create(plan=ahead, deal=won)

        def standing(member: Member) -> list[tuple[str, float]]:
            running = my_day(viewer=member, at=AT, today=AT.date()).running
            return [(plan.name, float(block.values["achievement"] or 0)) for plan, block in running]

        assert standing(world.mona) == [("Behind", 0.0), ("Ahead", 0.9)]
        assert standing(world.alice) == [("Ahead", 0.9)]
        assert standing(world.gus) == []


def test_my_day_counts_all_that_is_due_and_shows_the_first(world: World) -> None:
    with world.inside():
        year = {"start_date": "2026-01-01", "end_date": "2026-12-31"}
        aurelia = account("Aurelia Foods", owner=world.alice)
        plan = Plan.objects.create(account=aurelia, name="Plan", currency="EUR", **year)
        Action.objects.bulk_create(
            Action(plan=plan, title=f"Call {number}", due_date=AT.date() + timedelta(days=days), owner=world.alice)
            for days, count in ((-3, 60), (5, 3))
            for number in range(count)
        )
        day = my_day(viewer=world.alice, at=AT, today=AT.date())
        assert (len(day.overdue), len(day.soon), day.later) == (20, 3, [])
        assert day.due == {"overdue": 60, "soon": 3, "later": 0}


def test_my_day_of_who_has_no_plans_says_that_it_shows_the_largest(world: World) -> None:
    with world.inside():
        year = {"account": account("Aurelia Foods"), "currency": "EUR", "start_date": "2026-01-01", "end_date": "2026-12-31"}
        Plan.objects.create(name="Of Bob", target=1000, owner=world.bob, **year)
        assert my_day(viewer=world.vera, at=AT, today=AT.date()).are_largest
        assert not my_day(viewer=world.bob, at=AT, today=AT.date()).are_largest
