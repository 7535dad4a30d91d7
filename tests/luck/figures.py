"""`python figures.py TOKEN`: every figure of a workspace, as the API tells it on one fixed day. Runs on every release."""

import json
import sys
from datetime import UTC, datetime
from typing import Any

import django

DAY = datetime(2026, 11, 22, 12, tzinfo=UTC)
LISTS = ("accounts", "contacts", "products", "deals", "orders", "members", "rates", "plans", "imports")
# What a later release adds is no difference: only the figures and the keys are compared.
KPI_PARTS = ("as_of", "period", "currency", "kpis", "hidden", "missing_rates")


def figures(token: str) -> dict[str, Any]:
    from django.test import Client

    from keystead.base.clock import frozen

    client = Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {token}"})

    def get(path: str) -> Any:
        answer = client.get(f"/api/v1/{path}")
        assert answer.status_code == 200, answer.content
        return answer.json()

    with frozen(DAY):
        told: dict[str, Any] = {name: get(f"{name}?limit=1")["total"] for name in LISTS}
        plans = [plan["id"] for plan in get("plans?limit=500")["items"]]
        asked = {plan: get(f"plans/{plan}/kpis") for plan in plans}
        told["kpis"] = {plan: {part: found[part] for part in KPI_PARTS} for plan, found in asked.items()}
        links = [link["via"] for deal in get("deals?limit=500")["items"] for link in deal["plans"]]
        told["deals in plans"] = {way: links.count(way) for way in sorted(set(links))}
        told["portfolio"] = get("portfolio")
    return told


if __name__ == "__main__":
    django.setup()
    print(json.dumps(figures(sys.argv[1]), sort_keys=True))
