"""Making, changing, deciding on and deleting a plan."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from keystead.data.models import Plan, PlanApproval
from keystead.domain.plans.editing import create_plan
from tests.support.world import account
from tests.web.plans.conftest import TODAY, Desk

NEW = reverse("plans:new", args=["northwind"])


def header(desk: Desk, **changed: Any) -> dict[str, Any]:
    """The form as the browser sends it."""
    given = {
        "account": desk.plan.account_id,
        "name": "",
        "type": "key_account",
        "owner": desk.world.alice.pk,
        "start_date": "2027-01-01",
        "end_date": "2027-12-31",
        "target": "1,234.50",
        "currency": "EUR",
        "revenue_source": "won_deals",
        "team_key": "",
        "rate_policy": "current",
        "review_frequency": "quarterly",
        "summary": "",
    }
    return given | changed


def test_an_account_is_found_by_a_part_of_its_name_and_only_among_those_one_may_change(desk: Desk) -> None:
    with desk.world.inside():
        account("Aurelia Iberia", owner=desk.world.alice)
        account("Aurelia of Bob", owner=desk.world.bob)
    whole = desk.alice.get(NEW).content.decode()
    found = desk.fragment("get", NEW, {"text": "iberia"}).content.decode()
    assert "Aurelia Foods" in whole
    assert "<html" not in found
    assert "Aurelia Iberia" in found
    assert "Aurelia Foods" not in found
    assert "Aurelia of Bob" not in whole


def test_the_form_starts_with_the_fiscal_year_and_says_what_the_plan_would_hold(desk: Desk) -> None:
    desk.deal("Cold-chain renewal", "10")
    desk.deal("Next year", "10", close_date=date(2027, 1, 1))
    shown = desk.alice.get(NEW, {"account": desk.plan.account_id}).content.decode()
    for words in ('value="2026-01-01"', 'value="2026-12-31"', "1 deal", "1 closes outside the period", "Key account plan 2026"):
        assert words in shown
    later = desk.alice.get(reverse("plans:fitting", args=["northwind"]), header(desk)).content.decode()
    assert "Key account plan 2027" in later


def test_a_new_plan_links_its_deals_and_opens(desk: Desk) -> None:
    desk.deal("Next year", "500", close_date=date(2027, 5, 1))
    response = desk.alice.post(NEW, header(desk), follow=True)
    with desk.world.inside():
        made = Plan.objects.exclude(pk=desk.plan.pk).get()
    assert (made.name, made.target, made.owner_id, made.rate_policy) == (
        "Key account plan 2027",
        Decimal("1234.50"),
        desk.world.alice.pk,
        "current",
    )
    assert "€\u00a0500" in response.content.decode()


def test_a_target_is_read_as_the_reader_writes_numbers(desk: Desk) -> None:
    desk.alice.cookies["keystead_language"] = "pt-br"
    desk.alice.post(NEW, header(desk, target="1.234,50"))
    with desk.world.inside():
        assert Plan.objects.exclude(pk=desk.plan.pk).get().target == Decimal("1234.50")


def test_an_overlap_is_refused_naming_and_linking_the_other_plan(desk: Desk) -> None:
    response = desk.alice.post(NEW, header(desk, start_date="2026-12-31"))
    shown = response.content.decode()
    assert response.status_code == 422
    assert "Key account plan 2026 already covers this account" in shown
    assert f'href="{desk.url("detail")}"' in shown
    with desk.world.inside():
        assert Plan.objects.count() == 1


def test_a_header_is_changed_and_the_links_follow_it(desk: Desk) -> None:
    desk.deal("Cold-chain renewal", "10")
    fields = header(desk, name="First half", start_date="2026-04-01", end_date="2026-06-30", version=desk.plan.version)
    shown = desk.alice.post(desk.url("edit"), fields, follow=True).content.decode()
    assert "First half" in shown
    with desk.world.inside():
        assert not desk.plan.links.exists()


def test_a_lost_update_shows_both_sides_and_keeps_neither_in_silence(desk: Desk) -> None:
    with desk.world.inside():
        Plan.objects.filter(pk=desk.plan.pk).update(target=7777)
    seen = {"initial-target": "1,000", "initial-name": desk.plan.name, "version": desk.plan.version}
    fields = header(desk, start_date="2026-01-01", end_date="2026-12-31", name=desk.plan.name, target="2,000") | seen
    response = desk.alice.post(desk.url("edit"), fields)
    assert response.status_code == 409
    assert "7,777" in response.content.decode()
    with desk.world.inside():
        assert Plan.objects.get().target == 7777


def test_a_plan_goes_its_way_from_draft_to_approved_with_every_word_recorded(desk: Desk) -> None:
    desk.alice.post(desk.url("move", "submit"), {"comment": "Ready"})
    assert "Approve" in desk.as_("mona").get(desk.url("detail")).content.decode()
    refused = desk.as_("mona").post(desk.url("move", "reject"), {"comment": ""})
    assert (refused.status_code, "Say why" in refused.content.decode()) == (422, True)
    assert desk.alice.post(desk.url("move", "approve"), {}).status_code == 403
    desk.as_("mona").post(desk.url("move", "approve"), {"comment": ""})
    late = desk.as_("mona").post(desk.url("move", "approve"), {}, follow=True)
    assert "no longer possible" in late.content.decode()
    with desk.world.inside():
        verbs = list(PlanApproval.objects.order_by("created_at").values_list("verb", "by", "comment"))
    assert verbs == [("submitted", desk.world.alice.pk, "Ready"), ("approved", desk.world.mona.pk, "")]


def test_a_decision_on_a_plan_that_changed_meanwhile_is_not_taken(desk: Desk) -> None:
    version = desk.plan.version
    with desk.world.inside():
        Plan.objects.filter(pk=desk.plan.pk).update(name="Another plan by now")
    shown = desk.alice.post(desk.url("move", "submit"), {"version": version}, follow=True).content.decode()
    assert "Look at it again" in shown
    with desk.world.inside():
        assert Plan.objects.get().status == "draft"


def test_deleting_says_first_what_goes_and_then_leaves_the_deals(desk: Desk) -> None:
    deal = desk.deal("Cold-chain renewal", "10")
    shown = desk.alice.get(desk.url("delete")).content.decode()
    assert "1 deal would then count in no plan" in shown
    response = desk.alice.post(desk.url("delete"))
    assert response.headers["Location"] == reverse("plans:list", args=["northwind"])
    with desk.world.inside():
        deal.refresh_from_db()
        assert (Plan.objects.exists(), deal.unlinked_reason) == (False, "no_plan")


@pytest.mark.parametrize("who", ["bob", "charlie", "nobody"])
def test_nobody_else_makes_changes_decides_or_deletes(desk: Desk, who: str) -> None:
    client = desk.as_(who)
    answers = {
        client.post(NEW, header(desk)).status_code,
        client.post(desk.url("edit"), header(desk)).status_code,
        client.post(desk.url("move", "submit")).status_code,
        client.post(desk.url("delete")).status_code,
        client.get(desk.url("detail")).status_code,
        client.get(desk.url("explanation", "won")).status_code,
        client.get(desk.url("one_page")).status_code,
    }
    assert answers == ({302} if who == "nobody" else {404})
    with desk.world.inside():
        assert list(Plan.objects.values_list("name", "status")) == [("Key account plan 2026", "draft")]


def test_a_viewer_reads_and_is_told_that_she_may_not_change(desk: Desk) -> None:
    vera = desk.as_("vera")
    shown = vera.get(desk.url("detail")).content.decode()
    assert "Submit" not in shown
    assert vera.post(desk.url("move", "submit")).status_code == 403
    assert vera.get(desk.url("edit")).status_code == 403


def test_the_list_shows_what_is_visible_filters_and_sorts_by_figures(desk: Desk) -> None:
    desk.deal("Cold-chain renewal", "10")
    with desk.world.inside(desk.world.alice):
        kestrel = account("Kestrel Diagnostics", owner=desk.world.alice)
        create_plan(viewer=desk.world.alice, fields={"account": kestrel, "name": "Lab plan", "target": Decimal(5)}, today=TODAY)
    desk.deal("Lab renewal", "900", account=kestrel)
    url = reverse("plans:list", args=["northwind"])

    def order(**asked: str) -> list[str]:
        shown = desk.alice.get(url, asked).content.decode()
        places = {name: shown.find(f">{name}</a>") for name in ("Aurelia Foods", "Kestrel Diagnostics")}
        return sorted((name for name, place in places.items() if place > 0), key=places.__getitem__)

    assert order() == ["Aurelia Foods", "Kestrel Diagnostics"]
    assert order(order="-won") == ["Kestrel Diagnostics", "Aurelia Foods"]
    assert order(order="-target") == ["Aurelia Foods", "Kestrel Diagnostics"]
    assert order(text="lab") == ["Kestrel Diagnostics"]
    assert order(status="approved") == []
    assert order(active="today", owner=str(desk.world.alice.pk)) == ["Aurelia Foods", "Kestrel Diagnostics"]
    assert order(account=str(kestrel.pk)) == ["Kestrel Diagnostics"]
    assert order(owner="not-a-key") == []
    assert "Aurelia Foods" not in desk.as_("bob").get(url).content.decode()


def test_without_any_plan_the_list_teaches_what_one_is_for(world: Any, client: Any) -> None:
    client.force_login(world.alice.user)
    shown = client.get(reverse("plans:list", args=["northwind"])).content.decode()
    assert "Make the first plan" in shown


def test_the_list_costs_the_same_for_one_and_three_plans(desk: Desk, django_assert_num_queries: Any) -> None:
    url = reverse("plans:list", args=["northwind"])
    desk.alice.get(url)
    with django_assert_num_queries(18):
        desk.alice.get(url)
    with desk.world.inside(desk.world.alice):
        for name in ("Kestrel", "Montclair"):
            create_plan(viewer=desk.world.alice, fields={"account": account(name, owner=desk.world.alice)}, today=TODAY)
    with django_assert_num_queries(18):
        desk.alice.get(url)


def test_a_segment_has_its_short_name_in_the_head_as_in_lists(desk: Desk) -> None:
    with desk.world.inside():
        desk.plan.account.segment_current, desk.plan.account.segment_target = "steady", "strategic"
        desk.plan.account.save()
    page = desk.alice.get(desk.url("detail")).content.decode()
    assert '<span class="segment-from">Steady</span>' in page
    assert "Strategic Customer" not in page


@pytest.mark.parametrize(("currency", "amount", "written"), [("EUR", "4150000", "4,150,000.00"), ("JPY", "4150000", "4,150,000")])
def test_a_target_is_typed_with_the_decimals_of_its_currency(desk: Desk, currency: str, amount: str, written: str) -> None:
    with desk.world.inside():
        Plan.objects.filter(pk=desk.plan.pk).update(target=Decimal(amount), currency=currency)
    shown = desk.alice.get(desk.url("edit")).content.decode()
    assert f'name="target" value="{written}"' in shown
