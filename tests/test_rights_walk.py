"""Every address of a workspace, walked by everybody: its owner, a colleague without rights, a guest, a stranger, nobody.

An address with a parameter that is not in `Samples` fails the walk, so a new page cannot be forgotten here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from keystead.data.models import (
    Action,
    Contact,
    EntryRule,
    Import,
    Measure,
    MeasureReading,
    Objective,
    Order,
    Product,
    Rate,
    Stage,
    SwotItem,
)
from keystead.domain.accounts.editing import create_contact
from keystead.domain.deals.editing import create_deal
from keystead.domain.plans.editing import create_plan
from keystead.domain.workspace.tokens import create_token
from keystead.domain.workspace.views import save_view
from tests.domain.undoing.scene import change as made_by
from tests.support.world import World, account

AT = datetime(2026, 6, 15, 12, tzinfo=UTC)
SECRET = "Aurelia Foods"  # stands in everything that is Alice's

# Addresses whose object is nobody's in particular: what they show is decided by role alone.
OF_THE_WORKSPACE = {"workspace", ""}

# Parts of an address whose parameters stand for something else than their namespace's.
SUB_ROOMS = {"why", "entry", "objectives", "actions", "swot", "stages", "rates", "tokens"}


@dataclass
class Samples:
    """What stands for each parameter, by namespace and name."""

    values: dict[tuple[str, str], Any]

    def __getitem__(self, key: tuple[str, str]) -> Any:
        return self.values[key]


@pytest.fixture
def samples(world: World) -> Samples:
    """One of everything, all of it at Alice's account."""
    with world.inside(world.alice):
        aurelia = account(SECRET, owner=world.alice)
        change = made_by(
            world.alice, lambda: create_contact(viewer=world.alice, fields={"account": aurelia, "last_name": SECRET})
        )
        plan = create_plan(viewer=world.alice, fields={"account": aurelia, "target": Decimal(100)}, today=AT.date())
        objective = Objective.objects.create(plan=plan, title=f"{SECRET} objective", rank=1)
        measure = Measure.objects.create(objective=objective, name="NPS")
        reading = MeasureReading.objects.create(measure=measure, date=date(2026, 5, 1), value=1)
        action = Action.objects.create(plan=plan, title=f"{SECRET} action")
        item = SwotItem.objects.create(plan=plan, quadrant="threat", text=f"{SECRET} threat")
        contact = Contact.objects.create(account=aurelia, last_name=SECRET)
        deal = create_deal(viewer=world.alice, fields={"name": f"{SECRET} deal", "account": aurelia, "amount": Decimal(5)})
        order = Order.objects.create(number=f"{SECRET} 1", account=aurelia, amount=5, currency="EUR", order_date=date(2026, 5, 1))
        stage = Stage.objects.first()
        product = Product.objects.create(name="Cold rooms")
        rate = Rate.objects.create(base="USD", quote="EUR", date=date(2026, 1, 1), rate=Decimal("0.9"))
        token = create_token(viewer=world.alice, name="laptop", at=AT).token
        view = save_view(viewer=world.alice, list_id="accounts", name=f"{SECRET} view", query="order=-name")
        rule = EntryRule.objects.create(domain="northwind.example")
        job = Import(kind="accounts", filename=f"{SECRET}.csv", by=world.alice, state="previewed")
        job.file.save("walk.csv", ContentFile(b"name\nAurelia\n"))
    assert stage is not None
    ids: dict[tuple[str, str], Any] = {
        ("plans", "pk"): plan.pk, ("plans", "measure_pk"): measure.pk, ("plans", "reading_pk"): reading.pk,
        ("objectives", "item"): objective.pk, ("actions", "item"): action.pk, ("swot", "item"): item.pk,
        ("plans", "kpi"): "won", ("plans", "verb"): "submit",
        ("workspace", "pk"): world.bob.pk, ("stages", "pk"): stage.pk, ("rates", "pk"): rate.pk, ("tokens", "pk"): token.pk,
        ("accounts", "pk"): aurelia.pk, ("accounts", "contact_pk"): contact.pk, ("accounts", "member_pk"): world.vera.pk,
        ("contacts", "pk"): contact.pk, ("deals", "pk"): deal.pk, ("orders", "pk"): order.pk, ("products", "pk"): product.pk,
        ("accounts", "column"): "industry", ("deals", "column"): "amount", ("plans", "column"): "target",
        ("portfolio", "pk"): aurelia.pk, ("portfolio", "column"): "owner", ("views", "pk"): view.pk,
        ("why", "kind"): "accounts", ("why", "pk"): aurelia.pk, ("entry", "pk"): rule.pk,
        ("imports", "pk"): job.pk, ("imports", "kind"): "accounts", ("imports", "verdict"): "create",
        ("changes", "change"): change,
    }  # fmt: skip
    return Samples(ids)


def walk(patterns: Any, namespace: str = "", route: str = "") -> Iterator[tuple[str, str, list[str]]]:
    """(namespace, name, parameters) of every address under /w/<slug>/."""
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = pattern.namespace or namespace
            yield from walk(pattern.url_patterns, inner, here)
        elif isinstance(pattern, URLPattern) and here.startswith("w/<slug:slug>/"):
            names = [name for name in pattern.pattern.converters if name != "slug"]
            room = next((part for part in here.split("/") if part in SUB_ROOMS), "")
            yield namespace, f"{room}|{pattern.name}", names


PAGES = list(walk(get_resolver().url_patterns))


def address(samples: Samples, namespace: str, name: str, parameters: list[str]) -> str:
    kind, _, bare = name.partition("|")
    home = namespace or kind or "workspace"
    kwargs = {name: samples[kind, name] if (kind, name) in samples.values else samples[home, name] for name in parameters}
    return reverse(f"{namespace}:{bare}" if namespace else bare, kwargs={"slug": "northwind", **kwargs})


def is_alices(namespace: str, parameters: list[str]) -> bool:
    return (
        bool(parameters)
        and namespace not in OF_THE_WORKSPACE
        and any(name.endswith("pk") or name == "change" for name in parameters)
    )


def text(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return str(body, "utf-8", "replace")


def signed_in(member: Any) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(member.user)
    return client


def test_nobody_gets_past_the_sign_in_page(samples: Samples) -> None:
    for page in PAGES:
        url = address(samples, *page)
        for response in (Client().get(url), Client().post(url)):
            assert (response.status_code, response.headers["Location"].split("?")[0]) == (302, reverse("account_login")), url


def test_for_a_stranger_no_page_of_the_workspace_exists(world: World, samples: Samples) -> None:
    charlie = signed_in(world.charlie)
    for page in PAGES:
        url = address(samples, *page)
        assert (url, charlie.get(url).status_code) == (url, 404)
        assert (url, charlie.post(url).status_code) == (url, 404)


@pytest.mark.parametrize("name", ["bob", "gus"])
def test_what_is_alices_does_not_exist_for_whom_it_is_not_shared_with(world: World, samples: Samples, name: str) -> None:
    colleague = signed_in(getattr(world, name))
    for namespace, page, parameters in PAGES:
        url = address(samples, namespace, page, parameters)
        read, written = colleague.get(url), colleague.post(url)
        assert read.status_code < 500
        assert written.status_code < 500
        assert SECRET not in text(read), url
        if is_alices(namespace, parameters) and namespace != "products":
            assert (url, read.status_code in (403, 404, 405)) == (url, True)
            assert (url, written.status_code in (403, 404, 405)) == (url, True)


def test_those_above_its_owner_open_every_page_without_fault(world: World, samples: Samples) -> None:
    """The owner herself does in tests/hostile/test_what_is_told.py, which reads the pages as well."""
    for member in (world.mona, world.olga):
        client = signed_in(member)
        for page in PAGES:
            url = address(samples, *page)
            response = client.get(url)
            b"".join(response)  # also of a file: what fails while it is written would not be seen
            assert (url, response.status_code in (200, 302, 304, 403, 404, 405)) == (url, True)


def test_a_viewer_reads_alices_pages_and_changes_nothing(world: World, samples: Samples) -> None:
    vera = signed_in(world.vera)
    for namespace, page, parameters in PAGES:
        if not is_alices(namespace, parameters):
            continue
        url = address(samples, namespace, page, parameters)
        assert (url, vera.post(url, {"title": "mine", "name": "mine", "rank": "1"}).status_code in (403, 404, 405)) == (url, True)


def test_the_walk_meets_every_room_of_the_product() -> None:
    assert {namespace for namespace, _, _ in PAGES} >= {"plans", "portfolio", "accounts", "deals", "imports"}
