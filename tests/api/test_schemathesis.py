"""Requests made up from the description itself, valid and not: never our fault, and always what the description says."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.db import transaction
from django.test import override_settings
from hypothesis import HealthCheck, Phase, seed, settings
from schemathesis.checks import CHECKS, load_all_checks

from keystead.api.root import api
from tests.api.conftest import IN_MEMORY, callers_of, served
from tests.support.examples import examples
from tests.support.world import build_world

load_all_checks()
WANTED = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]
TRUE = CHECKS.get_by_names(WANTED)
described = schemathesis.openapi.from_dict(dict(api.get_openapi_schema()))
described.app = served

MONEY = {"amount": "10", "currency": "EUR"}
AT = {"account": {"name": "Aurelia Foods"}}
# One of everything, so that the addresses lead somewhere.
TOP = {
    "accounts": {"name": "Aurelia Foods"}, "contacts": {"last_name": "Prado", **AT},
    "products": {"name": "GTX", "list_price": MONEY},
    "plans": AT, "deals": {"name": "Pallets", **AT, "amount": MONEY, "product": {"name": "GTX"}},
    "orders": {"number": "1", **AT, "amount": MONEY, "order_date": "2026-01-01", "deal": {"name": "Pallets"}},
    "members": {"name": "Nadia Novak"}, "rates": {"base": "USD", "quote": "EUR", "date": "2026-01-01", "rate": "0.9"},
}  # fmt: skip
IN_PLAN = {
    "objectives": {"title": "Win the fleet"}, "measures": {"name": "Trucks", "objective": {"name": "Win the fleet"}},
    "readings": {"measure": {"name": "Trucks"}, "date": "2026-05-01", "value": 3}, "actions": {"title": "Call", "cost": MONEY},
    "swot": {"quadrant": "threat", "text": "A rival"},
}  # fmt: skip


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, str]]:
    """Noun -> id of one record, made once for all operations and taken back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        olga = callers_of(build_world()).olga
        found = {noun: olga.made(f"/{noun}", body)["id"] for noun, body in TOP.items()}
        found |= {noun: olga.made(f"/plans/{found['plans']}/{noun}", body)["id"] for noun, body in IN_PLAN.items()}
        found["team"] = olga.made(f"/accounts/{found['accounts']}/team", {"member": {"name": "Bob Brown"}})["id"]
        yield found | {"token": olga.token or ""}
        transaction.set_rollback(True)


@pytest.fixture
def records(made: dict[str, str], db: None) -> Iterator[dict[str, str]]:
    """The same, untouched by the operation before. Files stay in memory for one test: longer, others would find theirs there."""
    with override_settings(STORAGES=IN_MEMORY):
        yield made


@pytest.mark.django_db
@described.parametrize()
@seed(20260615)
@settings(
    max_examples=examples(6), deadline=None, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_what_is_described_is_what_happens(case: schemathesis.Case, records: dict[str, str]) -> None:
    nouns = [part for part in case.path.removeprefix("/api/v1/").split("/") if not part.startswith("{")]
    known = {"parent": records.get(nouns[0]), "key": records.get("plans" if "kpis" in nouns else nouns[-1]), "kpi": "won"}
    case.path_parameters |= {name: value for name, value in known.items() if name in case.path_parameters and value}
    headers = {"Authorization": f"Bearer {records['token']}", "Accept-Encoding": "identity"}
    case.call_and_validate(headers=headers, checks=TRUE)
