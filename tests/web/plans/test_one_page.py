"""The plan on one sheet: the figures of the screen, exactly one page, whatever is in it."""

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from pypdf import PdfReader

from keystead.data.models import Action, Objective, Plan, SwotItem
from keystead.domain.plans.items import save_swot_item
from tests.web.plans.conftest import TODAY, Desk

POINTS = {"a4": (595, 842), "letter": (612, 792)}


def sheet(desk: Desk, **asked: str) -> PdfReader:
    response = desk.alice.get(desk.url("one_page"), asked)
    assert response.headers["Content-Type"] == "application/pdf"
    return PdfReader(io.BytesIO(response.content))


def words(reader: PdfReader) -> str:
    return " ".join(reader.pages[0].extract_text().replace("\u00a0", " ").split())


def test_the_sheet_prints_the_figures_of_the_screen_and_the_moment(desk: Desk) -> None:
    desk.deal("Cold-chain renewal", "250.50")
    desk.deal("Iberia roll-out", "300", status="open", probability=50)
    desk.deal("Lisbon labels", "5", currency="BRL")
    text = words(sheet(desk))
    for expected in (
        "Aurelia Foods",
        "€ 1,000.00",
        "€ 250.50",
        "€ 550.50",
        "−€ 449.50",
        "Win all of Iberia",
        "Site audit",
        "15 Jun 2026, 12:00",
    ):
        assert expected in text, expected
    assert "No rate from BRL to EUR on or before 1 Mar 2026" in text
    screen = desk.alice.get(desk.url("explanation", "forecast")).content.decode().replace("\u00a0", " ")
    assert "€ 550.50" in screen


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_sheet_has_the_size_that_was_asked_for(desk: Desk, paper: str) -> None:
    reader = sheet(desk, paper=paper)
    box = reader.pages[0].mediabox
    assert (round(box.width), round(box.height)) == POINTS[paper]
    assert len(reader.pages) == 1


def test_an_unknown_paper_is_refused_in_a_sentence(desk: Desk) -> None:
    response = desk.alice.get(desk.url("one_page"), {"paper": "a3"})
    assert (response.status_code, response.content) == (400, b"The paper is a4 or letter.")


def test_the_sheet_speaks_the_readers_language(desk: Desk) -> None:
    desk.alice.cookies["keystead_language"] = "pt-br"
    assert "€ 1.000,00" in words(sheet(desk)).replace("R$", "€")


def test_forty_objectives_two_hundred_actions_and_endless_names_stay_on_one_page(desk: Desk) -> None:
    endless = "Donaudampfschifffahrt " * 370
    with desk.world.inside():
        Plan.objects.filter(pk=desk.plan.pk).update(
            name="Plan " * 59, summary=endless[:4000], target=Decimal("9999999999999999.99")
        )
        type(desk.plan.account).objects.filter(pk=desk.plan.account_id).update(name="Aurelia " * 37, industry="Food " * 19)
        Objective.objects.bulk_create(
            Objective(plan=desk.plan, title=f"Objective {number} {'W' * 250}", rank=number + 10) for number in range(40)
        )
        Action.objects.bulk_create(
            Action(plan=desk.plan, title=f"Action {number} {'x ' * 120}", due_date=TODAY + timedelta(number - 20))
            for number in range(200)
        )
        SwotItem.objects.bulk_create(
            SwotItem(plan=desk.plan, quadrant=quadrant, text=endless[:1000]) for quadrant in SwotItem.Quadrant for _ in range(30)
        )
    for number in range(12):
        desk.deal(f"Deal {number} {'name ' * 50}", "123456789.99", close_date=date(2026, 1, number + 1))
    for paper in POINTS:
        reader = sheet(desk, paper=paper)
        assert len(reader.pages) == 1
        assert "more" in words(reader)


def test_the_sheet_names_whose_strength_it_is_and_where_an_objective_is_going(desk: Desk) -> None:
    with desk.world.inside(desk.world.alice):
        fields = {"quadrant": "strength", "text": "Price lock", "lens": "competitor", "competitor": "Nordfrost"}
        save_swot_item(plan=desk.plan, viewer=desk.world.alice, fields=fields)
    said = words(sheet(desk))
    assert "Nordfrost: Price lock" in said
    assert "38 → 45" in said


@pytest.mark.parametrize(("language", "status"), [("en", "Late"), ("pt-br", "Atrasado"), ("es", "Vencido")])
def test_that_an_objective_is_late_stands_whole_in_its_chip(desk: Desk, language: str, status: str) -> None:
    with desk.world.inside():
        Objective.objects.filter(pk=desk.objective.pk).update(target_date=TODAY - timedelta(days=1))
    desk.alice.cookies["keystead_language"] = language
    assert status in words(sheet(desk))
