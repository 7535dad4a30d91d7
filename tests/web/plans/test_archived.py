"""The pages of an archived plan: they show everything, offer nothing that is refused, and lead back."""

import json

import pytest

from keystead.data.models import Action, Plan, Rate
from keystead.domain.plans.approval import move
from tests.web.plans.conftest import AT, Desk

_OFFERS = ("/objectives/new/", "/actions/new/", "/header/", 'hx-post="', "Add the first")


def archive(desk: Desk) -> None:
    with desk.world.inside(desk.world.alice):
        move(plan=Plan.objects.get(), verb="archive", viewer=desk.world.alice, at=AT)


@pytest.mark.parametrize("tab", ["detail", "objectives", "actions", "swot", "revenue", "history"])
def test_its_pages_say_that_it_is_archived_and_offer_to_reopen_it_and_nothing_else(desk: Desk, tab: str) -> None:
    archive(desk)
    shown = desk.alice.get(desk.url(tab)).content.decode()
    assert "This plan is archived" in shown
    assert 'commandfor="move-reopen"' in shown
    assert [words for words in _OFFERS if words in shown] == []
    assert "Worth a look" not in shown
    assert "works best with" not in shown
    assert "has no response" not in shown
    read_only = desk.as_("vera").get(desk.url(tab)).content.decode()
    assert ("This plan is archived" in read_only, "move-reopen" in read_only) == (True, False)
    assert "Choose another source" not in shown + read_only


@pytest.mark.parametrize("form", ["edit", "objective_new", "action_new"])
def test_an_old_address_of_a_form_leads_to_the_plan_with_the_reason(desk: Desk, form: str) -> None:
    archive(desk)
    response = desk.alice.get(desk.url(form), follow=True)
    assert response.redirect_chain == [(desk.url("detail"), 302)]
    assert "Reopen it to change it" in response.content.decode()


def test_a_form_that_was_open_meanwhile_keeps_what_was_typed_and_says_why(desk: Desk) -> None:
    archive(desk)
    response = desk.alice.post(
        desk.url("action_new"), {"title": "Ring up Lena about the doors", "status": "todo", "percent_done": "0"}
    )
    shown = response.content.decode()
    assert response.status_code == 422
    assert "Reopen it to change it" in shown
    assert "Ring up Lena about the doors" in shown


def test_a_press_on_a_page_that_was_open_meanwhile_is_answered_by_the_reason(desk: Desk) -> None:
    archive(desk)
    url = desk.url("action_status", desk.action.pk)
    response = desk.fragment("post", url, {"status": "done"})
    assert response.status_code == 409
    assert "Reopen it" in json.loads(response.headers["HX-Trigger"])["toast"]["text"]
    plain = desk.alice.post(url, {"status": "done"}, follow=True)
    assert plain.redirect_chain == [(desk.url("detail"), 302)]
    with desk.world.inside():
        assert Action.objects.get().status != "done"


def test_it_is_reopened_on_its_page_unless_another_plan_covers_the_time(desk: Desk) -> None:
    archive(desk)
    desk.alice.post(desk.url("move", "reopen"))
    with desk.world.inside(desk.world.alice):
        assert Plan.objects.get().status == "draft"
    archive(desk)
    with desk.world.inside(desk.world.alice):
        Plan.objects.create(
            account=desk.plan.account, name="The new one", start_date=desk.plan.start_date, end_date=desk.plan.end_date,
            currency="EUR", owner=desk.world.alice,
        )  # fmt: skip
    refused = desk.alice.post(desk.url("move", "reopen"))
    assert (refused.status_code, "The new one already covers" in refused.content.decode()) == (422, True)


def test_the_list_does_not_let_its_row_be_changed(desk: Desk) -> None:
    home = desk.url("detail").replace(f"{desk.plan.pk}/", "")
    assert "data-can" in desk.as_("olga").get(home).content.decode()
    archive(desk)
    shown = desk.as_("olga").get(home + "?status=archived").content.decode()
    assert (str(desk.plan.pk) in shown, " data-can" in shown) == (True, False)


def test_a_plan_that_was_approved_once_says_that_its_rates_are_frozen(desk: Desk) -> None:
    with desk.world.inside(desk.world.alice):
        Rate.objects.create(base="USD", quote="EUR", date=AT.date(), rate="0.9")
        Plan.objects.update(rate_policy="plan")
        for verb, who in (("submit", desk.world.alice), ("approve", desk.world.mona), ("archive", desk.world.alice)):
            move(plan=Plan.objects.get(), verb=verb, viewer=who, at=AT)
    for page in (desk.url("detail"), desk.url("explanation", "won")):
        assert "frozen at approval" in desk.alice.get(page).content.decode()
