"""Files uploaded through the pages, read and committed as the worker would, and the people who ask."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import reverse

from keystead.data.models import Import, Member
from keystead.domain.exchange import working
from tests.support.world import World

ACCOUNTS = "Account;Sector;Country\nAurelia Foods;Food;Spain\nBrasilux;Energy;Brazil\n"
DEALS = (
    "Opportunity ID;Deal;Account;Product;Stage;Amount;Close date\n"
    "D-1;Pumps;Aurelia Foods;GTXPro;Won;1.234,56;31/01/2026\n"
    "D-2;Drills;Nowhere Ltd;GTX Pro;Qualified;12.000,00;28/02/2026\n"
)
STORAGE = "django.core.files.storage.FileSystemStorage"


@pytest.fixture(autouse=True)
def _files_of_the_test(tmp_path: Path, settings: Any) -> Iterator[None]:
    storages = settings.STORAGES | {"default": {"BACKEND": STORAGE, "OPTIONS": {"location": str(tmp_path / "files")}}}
    with override_settings(STORAGES=storages):
        yield


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


class Desk:
    """The pages of imports in Northwind, as one of its people sees them."""

    def __init__(self, world: World, member: Member | None = None) -> None:
        self.world = world
        self.member = member or world.olga
        self.client = Client()
        self.client.force_login(self.member.user)

    def url(self, name: str, job: Import | None = None) -> str:
        return reverse(f"imports:{name}", args=["northwind", *([job.pk] if job else [])])

    def get(self, name: str, job: Import | None = None, **query: str) -> Any:
        return self.client.get(self.url(name, job), query)

    def post(self, name: str, job: Import | None = None, data: dict[str, Any] | None = None) -> Any:
        return self.client.post(self.url(name, job), data or {})

    def fragment(self, name: str, job: Import, **query: str) -> Any:
        return self.client.get(self.url(name, job), query, headers={"HX-Request": "true"})

    def upload(self, content: str | bytes, name: str = "deals.csv", kind: str = "") -> Any:
        file = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
        return self.client.post(self.url("new"), {"file": file, "kind": kind})

    def uploaded(self, content: str | bytes, name: str = "deals.csv", kind: str = "") -> Import:
        """The import that an upload made, not read yet."""
        response = self.upload(content, name, kind)
        assert response.status_code == 302
        with self.world.inside(self.member):
            return Import.objects.latest("created_at")

    def work(self, job: Import, *steps: str) -> Import:
        """What the worker does: "read", "commit", "undo"."""
        with self.world.inside(self.member):
            for step in steps:
                getattr(working, f"{step}_now")(job_id=job.pk)
            job.refresh_from_db()
        return job

    def previewed(self, content: str | bytes, name: str = "deals.csv", kind: str = "") -> Import:
        return self.work(self.uploaded(content, name, kind), "read")

    def committed(self, content: str | bytes, name: str = "deals.csv", kind: str = "") -> Import:
        job = self.previewed(content, name, kind)
        self.post("commit", job)
        return self.work(job, "commit")

    def form(self, job: Import, **changes: Any) -> dict[str, Any]:
        """The columns page as it would be sent unchanged, but for `changes` ("column-0", "value-product-0", "match-0" …)."""
        columns = {f"column-{place}": job.mapping.get(column["name"], "") for place, column in enumerate(job.columns)}
        keys = {f"match-{place}": "+".join(key) for place, key in enumerate(job.format.get("keys", []))}
        sent = {"seen": job.version, "header_row": job.format["header_row"], "mode": "both", **keys}
        return {**columns, **sent, **{name.replace("__", "-"): value for name, value in changes.items()}}


@pytest.fixture
def olga(world: World) -> Desk:
    return Desk(world)


@pytest.fixture
def alice(world: World) -> Desk:
    return Desk(world, world.alice)
