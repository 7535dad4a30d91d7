"""The description is valid and complete; whether it is true, test_schemathesis tries out."""

import json
from typing import Any

import pytest
import schemathesis
from jsonschema_rs import meta

from tests.api.conftest import Callers, served

FIVE = {"get", "post", "patch", "delete"}


@pytest.fixture
def described(callers: Callers) -> Any:
    response = callers.nobody.get("/openapi.json")
    assert response.status_code == 200
    return response.data


def test_the_description_is_open_to_all_and_valid(described: Any) -> None:
    assert described["openapi"] == "3.1.0"
    schemathesis.openapi.from_wsgi("/api/v1/openapi.json", served).validate()
    for schema in described["components"]["schemas"].values():
        meta.validate(schema)


def test_every_path_of_the_contract_is_there(described: Any) -> None:
    ways = {path.removeprefix("/api/v1"): FIVE & set(methods) for path, methods in described["paths"].items()}
    for noun in ("accounts", "contacts", "products", "deals", "orders", "members", "rates", "plans"):
        assert ways[f"/{noun}"] == {"get", "post"}
        assert ways[f"/{noun}/{{key}}"] == {"get", "patch", "delete"}
    assert ways["/plans/{key}/kpis"] == ways["/plans/{key}/kpis/{kpi}/explanation"] == {"get"}


def test_every_operation_has_its_own_name_and_asks_for_a_token(described: Any) -> None:
    operations = [operation for methods in described["paths"].values() for operation in methods.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert {json.dumps(operation["security"]) for operation in operations} == {'[{"Token": []}]'}
    assert described["components"]["securitySchemes"]["Token"] == {"type": "http", "scheme": "bearer"}


def test_every_reference_leads_somewhere(described: Any) -> None:
    text = json.dumps(described)
    named = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert named == set(described["components"]["schemas"])


def test_the_body_of_an_account_is_described_field_by_field(described: Any) -> None:
    new = described["components"]["schemas"]["AccountNew"]
    assert (new["required"], new["additionalProperties"]) == (["name"], False)
    assert list(new["properties"]) == [
        "external_id", "name", "parent", "industry", "country", "website", "employees", "status", "segment_current",
        "segment_target", "owner", "former", "is_key",
    ]  # fmt: skip
    assert new["properties"]["employees"] == {"type": ["integer", "null"], "minimum": 0, "maximum": 2147483647}


def test_the_documentation_shows_every_operation_as_a_page(described: Any, callers: Callers) -> None:
    response = callers.nobody.client.get("/api/docs", headers={"Accept-Language": "en"})
    page = response.content.decode()
    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    for path, methods in described["paths"].items():
        for method in FIVE & set(methods):
            assert f"<code>{method.upper()} {path}</code>" in page
    assert "<script>" not in page
    assert " style=" not in page
