"""Saved views for programs: one's own and the shared ones; made, changed, shared, deleted by the same rights as on the pages."""

from keystead.domain.workspace.views import save_view
from tests.api.conftest import Callers
from tests.support.world import World


def test_a_view_is_made_found_changed_and_deleted(callers: Callers) -> None:
    view = callers.alice.made("/views", {"list": "deals", "name": "Largest open", "query": "order=-amount&status=open"})
    assert (view["list"], view["query"], view["is_shared"], view["owner"]["name"]) == (
        "deals", "order=-amount&status=open", False, "Alice Alvarez",
    )  # fmt: skip
    assert [item["name"] for item in callers.alice.get("/views?list=deals").data["items"]] == ["Largest open"]
    path = f"/views/{view['id']}"
    changed = callers.alice.patch(path, {"name": "Largest"})
    assert (changed.status_code, changed.data["name"]) == (200, "Largest")
    stale = callers.alice.patch(path, {"name": "Late"}, **{"If-Match": '"1"'})
    assert (stale.status_code, stale.data["code"]) == (412, "stale")
    moved = callers.alice.patch(path, {"list": "plans"})
    assert (moved.status_code, moved.data["errors"][0]["pointer"]) == (422, "/list")
    assert callers.alice.delete(path).status_code == 204
    assert callers.alice.get("/views").data["items"] == []


def test_sharing_needs_its_right_and_what_is_not_shared_is_nobody_elses(world: World, callers: Callers) -> None:
    with world.inside():
        own = save_view(viewer=world.alice, list_id="accounts", name="Mine", query="")
        shared = save_view(viewer=world.mona, list_id="accounts", name="Ours", query="order=name", is_shared=True)
    assert [item["name"] for item in callers.bob.get("/views").data["items"]] == ["Ours"]
    assert callers.bob.get(f"/views/{own.pk}").status_code == 404
    assert callers.bob.post("/views", {"list": "deals", "name": "For all", "is_shared": True}).status_code == 403
    assert callers.bob.patch(f"/views/{shared.pk}", {"name": "His"}).status_code == 403
    assert callers.bob.delete(f"/views/{shared.pk}").status_code == 403
    assert callers.mona.patch(f"/views/{shared.pk}", {"is_shared": False}).status_code == 200
    assert callers.bob.get(f"/views/{shared.pk}").status_code == 404
