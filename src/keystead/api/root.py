"""The API of version 1: every resource on one root, one way of signing in, one way of failing."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from keystead.api import accounts, audit, changes, deals, find, imports, kpis, plan_items, plans, portfolio, views, workspace
from keystead.api.authentication import Token, inside_workspace
from keystead.api.wire import openapi
from keystead.api.wire.changed import naming_its_change
from keystead.api.wire.problems import answer, meaning
from keystead.api.wire.routes import BASE

ABOUT = """Customers, deals, orders, account plans and their figures. A token is one member in one workspace and has her rights.

Lists take filters by field, `order`, `limit` and `cursor`; single records carry an `ETag`; errors are
`application/problem+json`; messages follow `Accept-Language` (en, pt-BR, es). A write names its change in the header
`Keystead-Change`, and can be undone by it."""


class KeysteadAPI(NinjaAPI):
    def get_openapi_schema(self, **_: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix=f"{BASE.removeprefix('/')}/")
        schema["components"]["schemas"] |= openapi.COMPONENTS
        return schema


api = KeysteadAPI(
    title="Keystead", version="1", description=ABOUT, docs_url=None, auth=Token(), urls_namespace="api",
    servers=[{"url": "/"}],
)  # fmt: skip
api.add_decorator(lambda view: inside_workspace(naming_its_change(view)), mode="operation")


@api.exception_handler(Exception)
def explain(request: HttpRequest, error: Exception) -> HttpResponse:
    return answer(request, meaning(error))


# The most special handler wins, so ninja's own ones have to go.
api._exception_handlers = {Exception: explain}  # type: ignore[dict-item]

for nouns in (accounts, deals, plans, plan_items, kpis, portfolio, imports, workspace, views, audit, changes, find):
    api.add_router("", nouns.router)
