"""The plan at a glance, its live band, and the explanation of every figure."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.text import capfirst

from keystead.analytics.measures import KPIS
from keystead.data.models import Action, Rate
from keystead.domain.plans.items import read_measure, save_action, save_measure, save_objective, save_swot_item
from keystead.web.plans.overview import next_weeks
from tests.support.world import account
from tests.web.plans.conftest import Desk


def page(desk: Desk, url: str, who: str = "alice") -> str:
    return desk.as_(who).get(url).content.decode()


def test_the_band_shows_the_figures_and_follows_a_deal_that_is_won(desk: Desk) -> None:
    before = page(desk, desk.url("band"))
    desk.deal("Cold-chain renewal", "250.50")
    after = page(desk, desk.url("band"))
    assert "€\u00a01,000" in before
    assert "€\u00a0250.50" not in before
    assert "€\u00a0250.50" in after
    assert "25.1\u00a0%" in after
    assert "as of 12:00:00" in after


def test_the_overview_shows_objectives_actions_and_what_is_worth_a_look(desk: Desk) -> None:
    shown = page(desk, desk.url("detail"))
    for words in ("Win all of Iberia", "Site audit", "Nordfrost locks prices", "1 threat has no response", "SMART-R1", "Draft"):
        assert words in shown


def test_a_missing_rate_is_named_on_the_page_with_its_pair_and_day(desk: Desk) -> None:
    desk.deal("Lisbon labels", "5000", currency="BRL")
    assert "No rate from BRL to EUR on or before 1 Mar 2026" in page(desk, desk.url("detail"))


@pytest.mark.parametrize("kpi", sorted(KPIS))
def test_every_figure_opens_its_explanation_as_a_page_and_as_a_part(desk: Desk, kpi: str) -> None:
    desk.deal("Cold-chain renewal", "400")
    desk.deal("Iberia roll-out", "300", status="open", probability=50)
    whole = page(desk, desk.url("explanation", kpi))
    part = desk.fragment("get", desk.url("explanation", kpi)).content.decode()
    assert "<html" in whole
    assert "<html" not in part
    for text in (whole, part):
        assert f'<span data-definition="{kpi} v1">{capfirst(KPIS[kpi].formula)}</span>' in text.replace("&#x27;", "'")
        assert "as of 12:00:00" in text


def test_an_explanation_shows_amount_rate_probability_and_the_way_of_the_rate(desk: Desk) -> None:
    with desk.world.inside():
        Rate.objects.create(base="CHF", quote="USD", date=date(2026, 1, 2), rate=Decimal("1.25"))
        Rate.objects.create(base="CHF", quote="EUR", date=date(2026, 1, 5), rate=Decimal(1))
    desk.deal("Iberia roll-out", "1000", currency="USD", status="open", probability=50)
    shown = page(desk, desk.url("explanation", "weighted_pipeline"))
    assert "US$\u00a01,000.00 × 0.8 × 50\u00a0%" in shown
    assert "1 USD = 0.8 EUR, 2 Jan 2026, through CHF" in shown
    assert "€\u00a0400.00" in shown


def test_lines_that_are_rounded_one_by_one_still_add_up_by_a_line_that_says_so(desk: Desk) -> None:
    with desk.world.inside():
        Rate.objects.create(base="USD", quote="EUR", date=date(2026, 1, 2), rate=Decimal("0.333"))
    for number in range(3):
        desk.deal(f"Plant {number}", "1.10", currency="USD")
    shown = page(desk, desk.url("explanation", "won"))
    assert shown.count("€\u00a00.37") == 3
    assert "€\u00a01.10" in shown
    assert "−€\u00a00.01" in shown


def test_what_is_left_out_is_grouped_by_reason_and_an_unseen_row_is_only_counted(desk: Desk) -> None:
    desk.deal("Too late", "5", close_date=date(2027, 1, 1))
    desk.deal("Lost to Nordfrost", "7", status="lost")
    with desk.world.inside():
        below = account("Aurelia Secret", parent=desk.plan.account, owner=desk.world.bob)
    desk.deal("Secret project", "9", account=below)
    shown = page(desk, desk.url("explanation", "won"))
    for words in (
        "Its date is outside the plan&#x27;s period",
        "Too late",
        "Lost to Nordfrost",
        "You may not open it",
        "1 row, only counted",
    ):
        assert words in shown
    assert "Secret project" not in shown


def test_many_lines_are_cut_and_added_up_until_all_are_asked_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keystead.web.plans.explained.SHOWN_ON_PAGE", 1)
    for number in range(3):
        desk.deal(f"Plant {number}", "7", status="won")
        desk.deal(f"Lost site {number}", "5", status="lost")
    shown, whole = (page(desk, desk.url("explanation", "won") + query) for query in ("", "?all=1"))
    for name in ("Plant", "Lost site"):
        assert [sum(f"{name} {number}" in text for number in range(3)) for text in (shown, whole)] == [1, 3]
    assert shown.count("2 more") == 2
    assert "€\u00a014.00" in shown
    assert "?all=1" in shown
    assert "?all=1" not in whole.partition("<main")[2]


def test_the_file_of_an_explanation_sums_exactly_and_cannot_start_a_formula(desk: Desk) -> None:
    desk.deal("=HYPERLINK(1)", "0.1")
    desk.deal("Cold-chain renewal", "0.2")
    response = desk.alice.get(desk.url("explanation_csv", "won"))
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    counted = [row for row in rows if row and row[0] == "yes"]
    assert {row[2] for row in counted} == {"'=HYPERLINK(1)", "Cold-chain renewal"}
    assert sum(Decimal(row[11]) for row in counted) == Decimal("0.3") == Decimal(rows[-1][11])
    assert response.headers["Content-Disposition"].startswith('attachment; filename="key-account-plan-2026-won-')


def test_an_unknown_figure_does_not_exist(desk: Desk) -> None:
    assert desk.alice.get(desk.url("explanation", "profit")).status_code == 404


def test_figures_are_written_as_the_reader_writes_them(desk: Desk) -> None:
    desk.deal("Cold-chain renewal", "1234.5")
    desk.alice.cookies["keystead_language"] = "es"
    shown = page(desk, desk.url("explanation", "won"))
    assert "1234,50\u00a0€" in shown or "1.234,50\u00a0€" in shown


def test_a_page_costs_the_same_number_of_queries_for_one_and_for_three_of_everything(desk: Desk) -> None:
    # The last of a plan's page notes that it was opened, for what the palette offers first;
    # the one of the page on paper notes it in the audit log, as of every file.
    names = {"detail": 19, "band": 10, "objectives": 17, "actions": 13, "swot": 12, "revenue": 16, "one_page": 17}
    desk.deal("Deal 0", "10")
    for name in names:
        desk.alice.get(desk.url(name))
    with_one = counted(desk, names)
    for number in range(2):
        desk.deal(f"Deal {number + 1}", "10")
        with desk.world.inside(desk.world.alice):
            alice = desk.world.alice
            objective = save_objective(plan=desk.plan, viewer=alice, fields={"title": f"Lift NPS {number}"})
            measure = save_measure(objective=objective, viewer=alice, fields={"name": "NPS"})
            read_measure(measure=measure, viewer=alice, on=date(2026, 6, 1), value=Decimal(3))
            save_action(plan=desk.plan, viewer=alice, fields={"title": f"Call {number}", "objective": objective})
            save_swot_item(plan=desk.plan, viewer=alice, fields={"quadrant": "strength", "text": f"Fast {number}"})
    assert counted(desk, names) == with_one
    assert with_one == names


def counted(desk: Desk, names: dict[str, int]) -> dict[str, int]:
    found = {}
    for name in names:
        with CaptureQueriesContext(connection) as queries:
            assert desk.alice.get(desk.url(name)).status_code == 200
        found[name] = len(queries)
    return found


def test_a_milestone_near_the_end_of_the_lane_has_room_for_its_words_to_its_left(desk: Desk) -> None:
    with desk.world.inside():
        audit = Action(title="Audit", start_date=date(2026, 11, 30), due_date=date(2026, 12, 16))
        signed = Action(title="Signed", due_date=date(2026, 12, 18), is_milestone=True)
    lane = next_weeks([audit, signed], date(2026, 11, 23), as_list=False)["lane"]
    assert [(bar.label, bar.row) for bar in lane] == [("Audit", 0), ("Signed", 1)]


def test_what_is_said_of_a_competitor_is_not_shown_as_ours(desk: Desk) -> None:
    with desk.world.inside(desk.world.alice):
        for lens, fields in (("competitor", {"competitor": "Nordfrost"}), ("client", {}), ("relationship", {})):
            fields |= {"quadrant": "strength", "text": f"Strong {lens}", "lens": lens}
            save_swot_item(plan=desk.plan, viewer=desk.world.alice, fields=fields)
    shown = desk.alice.get(desk.url("detail")).content.decode()
    assert "Strong relationship" in shown
    assert "Strong competitor" not in shown
    assert "Strong client" not in shown


def test_a_pair_without_rates_on_many_days_is_one_line(desk: Desk) -> None:
    for day in (1, 5, 9):
        desk.deal("In reais", "10", currency="BRL", close_date=date(2026, 3, day))
    shown = page(desk, desk.url("detail"))
    assert (
        shown.count("No exchange rate from BRL to EUR on 3 days from 1 Mar 2026 to 9 Mar 2026") == 2
    )  # beside the figures, and to do
    assert "on or before" not in shown
