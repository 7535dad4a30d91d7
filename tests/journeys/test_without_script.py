"""A page is useful before any script has run, and when none ever does."""

from playwright.sync_api import expect

from keystead.data.models import Account
from tests.journeys.journey import Opens
from tests.support.world import World, account


def test_alice_makes_a_plan_and_reads_why_a_figure_is_what_it_is(world: World, opens: Opens) -> None:
    with world.inside(world.alice):
        aurelia: Account = account("Aurelia Foods", owner=world.alice)
    journey = opens(script=False)
    page = journey.page
    journey.signs_in(world.alice.email or "", "northwind")
    journey.follows(journey.address("plans:list"))
    journey.follows(journey.address("plans:new"))
    journey.follows(f"{journey.address('plans:new')}?account={aurelia.pk}")
    page.locator("#id_target").fill("250,000")
    journey.button("Make the plan").click()
    journey.arrives_at_plan()
    target = page.locator("#kpi-target")
    expect(target).to_contain_text("250")
    target.click()
    expect(page.locator(".explain-title")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text=journey.words("Together"))).to_contain_text("250,000.00")
