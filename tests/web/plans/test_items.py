"""The tabs of a plan: objectives, actions, SWOT, revenue, history; as pages, as parts, and undone."""

import json
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from keystead.data.models import Action, Measure, MeasureReading, Objective, Plan, RevenueLink, SwotItem
from keystead.domain.deals.editing import create_order
from keystead.domain.plans.editing import change_plan
from tests.web.plans.conftest import TODAY, Desk


def shown(desk: Desk, name: str, **asked: str) -> str:
    return desk.alice.get(desk.url(name), asked).content.decode()


def test_objectives_show_where_they_stand_and_where_they_should(desk: Desk) -> None:
    text = shown(desk, "objectives")
    for words in ("Win all of Iberia", "NPS", "50\u00a0%", "A plan works best with two to five active objectives"):
        assert words in text


def test_an_objective_is_added_with_its_measure_and_changed(desk: Desk) -> None:
    fields = {
        "title": "Find a second sponsor",
        "category": "relationship",
        "kind": "quantitative",
        "horizon": "current",
        "status": "active",
    }
    measure = {
        "measure-name": "Sponsors",
        "measure-unit": "number",
        "measure-source": "manual",
        "measure-baseline": "1",
        "measure-target": "2",
    }
    desk.alice.post(desk.url("objective_new"), fields | measure)
    with desk.world.inside():
        made = Objective.objects.get(title="Find a second sponsor")
        assert (made.rank, made.measures.get().target) == (2, 2)
    desk.alice.post(desk.url("objective", made.pk), fields | {"title": "Find two sponsors", "version": made.version})
    with desk.world.inside():
        assert Objective.objects.get(pk=made.pk).title == "Find two sponsors"


def test_a_measure_that_is_refused_keeps_its_objective_from_being_made(desk: Desk) -> None:
    fields = {"title": "Find a sponsor", "category": "revenue", "kind": "quantitative", "horizon": "current", "status": "active"}
    answer = desk.alice.post(desk.url("objective_new"), fields | {"measure-name": "Sponsors", "measure-source": "manual"})
    assert answer.status_code == 422
    assert list(answer.context["measure"].errors) == ["unit"]
    assert not answer.context["form"].errors
    with desk.world.inside():
        assert not Objective.objects.filter(title="Find a sponsor").exists()


@pytest.mark.parametrize("number", ["9" * 5_000, "9" * 4_000, "9" * 11, "²", "-1"])
def test_a_number_that_no_page_writes_breaks_nothing(desk: Desk, number: str) -> None:
    plan = {"name": "Plan", "type": "key_account", "start_date": "2026-01-01", "end_date": "2026-12-31", "version": number}
    for url, sent in (
        (desk.url("objective_rank", desk.objective.pk), {"rank": number}),
        (desk.url("revenue_source"), {"source": "orders", "version": number}),
        (desk.url("edit"), plan),
        (desk.url("move", "submit"), {"version": number}),
    ):
        assert desk.as_("olga").post(url, sent).status_code < 500, url


def test_a_manager_writes_her_review_and_the_owner_only_reads_it(desk: Desk) -> None:
    fields = {
        "title": desk.objective.title,
        "category": "revenue",
        "kind": "quantitative",
        "horizon": "current",
        "status": "active",
    }
    assert "manager_comment" in desk.as_("mona").get(desk.url("objective", desk.objective.pk)).content.decode()
    desk.as_("mona").post(desk.url("objective", desk.objective.pk), fields | {"manager_comment": "Well on its way"})
    assert "Well on its way" in desk.alice.get(desk.url("objective", desk.objective.pk)).content.decode()
    desk.alice.post(desk.url("objective", desk.objective.pk), fields | {"manager_comment": "Brilliant"})
    with desk.world.inside():
        assert Objective.objects.get(pk=desk.objective.pk).manager_comment == "Well on its way"


def test_a_rank_is_moved_by_a_button_and_the_tab_comes_back_alone(desk: Desk) -> None:
    with desk.world.inside():
        Objective.objects.create(plan=desk.plan, title="Lift NPS", rank=2)
    answer = desk.fragment("post", desk.url("objective_rank", desk.objective.pk), {"rank": "2"})
    text = answer.content.decode()
    assert "<html" not in text
    assert text.index("Lift NPS") < text.index("Win all of Iberia")
    assert json.loads(answer.headers["HX-Trigger"])["toast"]["text"].endswith("is number 2 now.")


def test_a_reading_is_noted_and_taken_back(desk: Desk) -> None:
    where = (desk.objective.pk, desk.measure.pk)
    desk.alice.post(desk.url("readings", *where), {"date": "2026-06-01", "value": "40.5"})
    with desk.world.inside():
        noted = MeasureReading.objects.get(date=date(2026, 6, 1))
        assert (noted.value, noted.by) == (Decimal("40.5"), desk.world.alice)
    assert "40.5" in desk.alice.get(desk.url("measure", *where)).content.decode()
    desk.alice.post(desk.url("reading_deletion", *where, noted.pk))
    wrong = desk.fragment("post", desk.url("readings", *where), {"date": "someday", "value": "x"})
    assert json.loads(wrong.headers["HX-Trigger"])["toast"]["level"] == "error"
    with desk.world.inside():
        assert MeasureReading.objects.count() == 1


def test_a_measure_that_follows_a_figure_says_which(desk: Desk) -> None:
    fields = {"name": "Attainment", "unit": "percent", "source": "kpi", "kpi": "", "target": "100"}
    assert desk.alice.post(desk.url("measure_new", desk.objective.pk), fields).status_code == 422
    desk.alice.post(desk.url("measure_new", desk.objective.pk), fields | {"kpi": "attainment"})
    desk.deal("Cold-chain renewal", "250")
    assert "25\u00a0%" in shown(desk, "objectives")
    with desk.world.inside():
        assert Measure.objects.get(name="Attainment").kpi == "attainment"


def test_actions_stand_in_groups_by_their_day(desk: Desk) -> None:
    days = {"Late": -1, "Soon": 14, "Within a month": 28, "Some day": 29}
    with desk.world.inside():
        for title, distance in days.items():
            Action.objects.create(plan=desk.plan, title=title, due_date=TODAY + timedelta(distance))
        Action.objects.create(plan=desk.plan, title="Undated")
        Action.objects.create(plan=desk.plan, title="Finished", status="done", due_date=TODAY)
    text = shown(desk, "actions")
    heads = ["Overdue", "Next two weeks", "Next four weeks", "Later", "Without a day", "Done and dropped"]
    order = [text.index(f">{head}</h2>") for head in heads]
    assert order == sorted(order)
    for head, title in zip(heads, ["Late", "Soon", "Within a month", "Some day", "Undated", "Finished"], strict=True):
        assert text.index(f">{head}</h2>") < text.index(f">{title}</a>")


def test_a_status_changes_in_place_and_its_undo_brings_back_status_and_percent(desk: Desk) -> None:
    answer = desk.fragment("post", desk.url("action_status", desk.action.pk), {"status": "done"})
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    with desk.world.inside():
        assert Action.objects.values_list("status", "percent_done").get() == ("done", 100)
    back = desk.alice.post(toast["undo_url"], {"next": desk.url("actions")})
    assert back.headers["Location"] == desk.url("actions")
    with desk.world.inside():
        assert Action.objects.values_list("status", "percent_done").get() == ("todo", 40)


def test_the_way_back_never_leads_to_another_site(desk: Desk) -> None:
    back = desk.alice.post(desk.url("action_status", desk.action.pk), {"status": "doing", "next": "https://evil.example/"})
    assert back.headers["Location"] == desk.url("actions")


def test_an_action_is_added_by_one_line_and_with_details(desk: Desk) -> None:
    desk.fragment("post", desk.url("actions"), {"title": "Dinner with the board", "due_date": "2026-07-01"})
    refused = desk.fragment("post", desk.url("actions"), {"title": ""})
    details = {
        "title": "Map Group IT",
        "status": "doing",
        "percent_done": "30",
        "expected_outcome": "Five names",
        "effort_hours": "12.5",
        "objective": desk.objective.pk,
        "start_date": "2026-06-01",
        "due_date": "2026-06-30",
    }
    desk.alice.post(desk.url("action_new"), details)
    wrong = desk.alice.post(desk.url("action_new"), details | {"due_date": "2026-05-01"})
    assert (refused.status_code, wrong.status_code) == (422, 422)
    assert "due before it starts" in wrong.content.decode()
    with desk.world.inside():
        assert Action.objects.get(title="Dinner with the board").due_date == date(2026, 7, 1)
        assert Action.objects.get(title="Map Group IT").effort_hours == Decimal("12.5")


def test_swot_items_are_added_in_place_seen_by_lens_and_compared(desk: Desk) -> None:
    answer = desk.fragment(
        "post", desk.url("swot"), {"quadrant": "weakness", "text": "Slow quotes", "lens": "relationship", "importance": "5"}
    )
    desk.fragment(
        "post", desk.url("swot"), {"quadrant": "threat", "text": "Cheap", "lens": "competitor", "competitor": "Nordfrost"}
    )
    refused = desk.fragment("post", desk.url("swot"), {"quadrant": "threat", "text": "Cheap", "lens": "competitor"})
    assert "Slow quotes" in answer.content.decode()
    assert json.loads(refused.headers["HX-Trigger"])["toast"]["text"] == "Say which competitor."
    assert "Cheap" not in shown(desk, "swot")
    assert "Cheap" in shown(desk, "swot", lens="competitor", competitor="Nordfrost")
    compared = shown(desk, "swot", lens="compare")
    assert "Slow quotes" in compared
    assert "Cheap" in compared
    with desk.world.inside():
        assert SwotItem.objects.get(text="Slow quotes").importance == 5


@pytest.mark.parametrize(("name", "says"), [("swot_objective", "became objective 2"), ("swot_action", "became an action")])
def test_a_threat_gets_its_response_and_keeps_the_link(desk: Desk, name: str, says: str) -> None:
    assert "1 threat has no response" in shown(desk, "swot")
    text = desk.fragment("post", desk.url(name, desk.item.pk)).content.decode()
    assert says in text
    assert "has no response" not in text


def test_revenue_says_why_each_row_is_linked_or_just_is_not(desk: Desk) -> None:
    desk.deal("Cold-chain renewal", "10")
    desk.deal("Too late", "20", close_date=date(2027, 1, 1))
    text = shown(desk, "revenue")
    assert "same account" in text
    assert text.index("Cold-chain renewal") < text.index("At this account, and not in the plan") < text.index("Too late")


def test_linked_revenue_is_narrowed_by_what_it_counts_in_and_by_kind(desk: Desk) -> None:
    desk.deal("Cold-chain renewal", "10")
    desk.deal("Heat pumps", "20", status="lost")
    with desk.world.inside():
        fields = {"number": "A 1", "account": desk.plan.account, "amount": Decimal(300), "currency": "EUR", "order_date": TODAY}
        create_order(viewer=desk.world.olga, fields=fields)
    won, left_out = shown(desk, "revenue", part="won"), shown(desk, "revenue", part="left_out", kind="deal")
    assert ("Cold-chain renewal" in won, "Heat pumps" in won, ">1 of 3<" in won) == (True, False, True)
    assert ("Heat pumps" in left_out, "Cold-chain renewal" in left_out, "A 1" in left_out) == (True, False, False)
    assert "No row fits the filter" in shown(desk, "revenue", part="pipeline")


def test_linking_again_says_what_it_put_right_and_then_nothing(desk: Desk) -> None:
    desk.deal("Cold-chain renewal", "10")
    with desk.world.inside():
        RevenueLink.objects.all().delete()
    first = desk.fragment("post", desk.url("revenue_links"))
    second = desk.fragment("post", desk.url("revenue_links"))
    assert json.loads(first.headers["HX-Trigger"])["toast"]["text"] == "1 link or reason was put right."
    assert "nothing changed" in json.loads(second.headers["HX-Trigger"])["toast"]["text"]


def test_another_revenue_source_is_shown_before_it_is_chosen(desk: Desk) -> None:
    desk.deal("Cold-chain renewal", "700")
    with desk.world.inside():
        fields = {"number": "A 1", "account": desk.plan.account, "amount": Decimal(300), "currency": "EUR", "order_date": TODAY}
        create_order(viewer=desk.world.olga, fields=fields)
    text = shown(desk, "revenue", source="orders")
    for words in ("€\u00a0700.00", "€\u00a0300.00", "Nothing is changed yet", "Switch to Orders"):
        assert words in text
    with desk.world.inside():
        assert Plan.objects.get().revenue_source == "won_deals"
    desk.alice.post(desk.url("revenue_source"), {"source": "orders", "version": desk.plan.version})
    assert "€\u00a0300" in desk.alice.get(desk.url("band")).content.decode()


def test_the_history_names_who_changed_what(desk: Desk) -> None:
    fields = {
        "title": "Win Iberia and Italy",
        "category": "revenue",
        "kind": "quantitative",
        "horizon": "current",
        "status": "active",
    }
    desk.as_("mona").post(desk.url("objective", desk.objective.pk), fields)
    text = shown(desk, "history")
    for words in ("Mona Manager", "<del>Win all of Iberia</del>", "<ins>Win Iberia and Italy</ins>", "Site audit"):
        assert words in text


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["submitted Plan", "Mona Manager approved Plan", "added Plan Key account plan 2026", "changed Plan details"]),
        ("pt-br", ["enviou para aprovação Plano", "Mona Manager aprovou Plano", "alterou Dados do plano"]),
        ("es", ["envió a aprobación Plan", "Mona Manager aprobó Plan", "cambió Datos del plan"]),
    ],
)
def test_a_line_of_the_history_is_a_sentence(desk: Desk, language: str, sentences: list[str]) -> None:
    """A person, what she did, and to what: a decision used to read "Mona Manager aprovado Aprovação"."""
    with desk.world.inside():
        desk.world.alice.user.__class__.objects.update(language=language)
        plan = change_plan(plan=desk.plan, viewer=desk.world.alice, fields={"target": Decimal(7)})
    desk.alice.post(desk.url("move", "submit"), {"comment": "Ready"})
    desk.as_("mona").post(desk.url("move", "approve"), {"comment": "", "version": plan.version + 1})
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown(desk, "history")))
    assert [sentence for sentence in sentences if sentence not in text] == []


def targets(desk: Desk) -> list[tuple[str, dict[str, Any]]]:
    """Every address that writes an item, with what would be a valid form."""
    objective, measure = desk.objective.pk, desk.measure.pk
    return [
        (desk.url("objective_new"), {"title": "Mine"}),
        (desk.url("objective", objective), {"title": "Mine"}),
        (desk.url("objective_rank", objective), {"rank": "1"}),
        (desk.url("objective_deletion", objective), {}),
        (desk.url("measure_new", objective), {"name": "Mine"}),
        (desk.url("measure", objective, measure), {"name": "Mine"}),
        (desk.url("measure_deletion", objective, measure), {}),
        (desk.url("readings", objective, measure), {"date": "2026-06-01", "value": "1"}),
        (desk.url("actions"), {"title": "Mine"}),
        (desk.url("action_new"), {"title": "Mine"}),
        (desk.url("action", desk.action.pk), {"title": "Mine"}),
        (desk.url("action_status", desk.action.pk), {"status": "done"}),
        (desk.url("action_deletion", desk.action.pk), {}),
        (desk.url("swot"), {"quadrant": "threat", "text": "Mine", "lens": "client"}),
        (desk.url("swot_item", desk.item.pk), {"text": "Mine"}),
        (desk.url("swot_item_deletion", desk.item.pk), {}),
        (desk.url("swot_objective", desk.item.pk), {}),
        (desk.url("swot_action", desk.item.pk), {}),
        (desk.url("revenue_source"), {"source": "orders"}),
        (desk.url("revenue_links"), {}),
    ]


@pytest.mark.parametrize(("who", "answer"), [("bob", 404), ("charlie", 404), ("nobody", 302), ("vera", 403)])
def test_only_those_who_work_on_the_plan_write_into_it(desk: Desk, who: str, answer: int) -> None:
    for url, fields in targets(desk):
        assert (url, desk.as_(who).post(url, fields).status_code) == (url, answer)
    with desk.world.inside():
        assert Objective.objects.values_list("title", "rank").get() == ("Win all of Iberia", 1)
        assert Action.objects.values_list("title", "status").get() == ("Site audit", "todo")
        assert SwotItem.objects.get().text == "Nordfrost locks prices"
        assert Measure.objects.get().readings.count() == 1


def test_an_item_of_another_plan_does_not_exist_under_this_one(desk: Desk) -> None:
    with desk.world.inside():
        other = Plan.objects.create(
            account=desk.plan.account, name="Other", start_date=date(2028, 1, 1), end_date=date(2028, 2, 1), currency="EUR"
        )
        theirs = Action.objects.create(plan=other, title="Theirs")
    assert desk.alice.get(desk.url("action", theirs.pk)).status_code == 404
    assert desk.alice.post(desk.url("action_deletion", theirs.pk)).status_code == 404
