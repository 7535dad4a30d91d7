"""Every page that the product has, found by walking its addresses: what a reader who looks at all of them goes through."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from keystead.data.models import Contact, EntryRule, Measure, Member, Plan, Rate, Stage, SwotItem
from tests.test_rights_walk import PAGES

# Files and fragments that cost much to make, and are no pages.
FILES = set(
    "export_csv export_xlsx one_page explanation_csv audit_csv audit_proof template errors calendar_preview"
    " progress options".split()
)
# Pages for who is not signed in, or is in the middle of it.
AT_THE_DOOR = ("account_login", "account_reset_password", "account_reset_password_done", "account_inactive", "gallery")


NOTHING = "00000000-0000-0000-0000-000000000000"  # a key that nothing has


def pages(client: Client, slug: str, things: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(URL name, path) of every address in the workspace that answers the client with a whole page.

    `things`: the key for each parameter, by "namespace:parameter" or "room:parameter", else by the parameter alone; with NOTHING
    for a key, an address is no page.
    """
    for namespace, roomed, parameters in PAGES:
        room, _, name = roomed.partition("|")
        if name in FILES:
            continue
        homes = [home for home in (room, namespace or "workspace") if home]
        kwargs = {one: _key(things, homes, one) for one in parameters}
        full = f"{namespace}:{name}" if namespace else name
        path = reverse(full, kwargs={"slug": slug, **kwargs})
        if NOTHING not in kwargs.values() and is_page(client, path):
            yield full, path


def _key(things: dict[str, Any], homes: list[str], parameter: str) -> Any:
    return next((things[f"{home}:{parameter}"] for home in homes if f"{home}:{parameter}" in things), things.get(parameter))


def things(owner: Member) -> dict[str, Any]:
    """One of everything in the open demo workspace: the key for each parameter of an address."""
    plans = Plan.objects.filter(status="approved", objectives__measures__isnull=False)
    plan = plans.annotate(n=Count("objectives")).latest("n")
    measure = Measure.objects.filter(objective__plan=plan)[0]
    other = Member.objects.exclude(pk=owner.pk)[0]
    rule = EntryRule.objects.create(domain="northlight.example")
    return {
        "plans:pk": plan.pk, "objectives:item": measure.objective_id, "measure_pk": measure.pk, "reading_pk": plan.pk,
        "actions:item": plan.actions.all()[0].pk, "swot:item": SwotItem.objects.filter(plan=plan)[0].pk, "kpi": "won",
        "verb": "archive", "accounts:pk": plan.account_id, "portfolio:pk": plan.account_id, "why:pk": plan.account_id,
        "contact_pk": Contact.objects.filter(account=plan.account)[0].pk, "member_pk": other.pk, "workspace:pk": other.pk,
        "deals:pk": plan.links.exclude(deal=None)[0].deal_id, "stages:pk": Stage.objects.all()[0].pk,
        "rates:pk": Rate.objects.all()[0].pk, "tokens:pk": plan.pk, "views:pk": plan.pk, "entry:pk": rule.pk,
        "imports:pk": plan.pk, "kind": "accounts", "change": plan.pk, "column": "owner",
    }  # fmt: skip


def own_pages(client: Client) -> Iterator[tuple[str, str]]:
    """(URL name, path) of every page of one's own sign-in that needs no parameter."""
    for name, path in _bare(get_resolver().url_patterns):
        if path.startswith("/auth/") and is_page(client, path):
            yield name, path


def _bare(patterns: Any, route: str = "") -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _bare(pattern.url_patterns, here)
        elif isinstance(pattern, URLPattern) and pattern.name and "<" not in here and "^" not in here:
            yield pattern.name, f"/{here}"


def is_page(client: Client, path: str) -> bool:
    """Whether it answers with a whole page. Fragments, files and what only takes a POST are none."""
    answer = client.get(path)
    is_html = answer.headers.get("Content-Type", "").startswith("text/html")
    if answer.streaming:
        list(answer.streaming_content)  # read to its end, a file is closed; `close` would close the test's database as well
        return False
    return answer.status_code == 200 and is_html and b"<html" in answer.content
