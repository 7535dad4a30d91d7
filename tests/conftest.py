"""The suite runs as the product does: on the real PostgreSQL, through the login that row-level security holds for."""

from collections.abc import Iterator
from copy import copy
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.template import Context, Template
from django.test.utils import ContextList
from whitenoise.middleware import WhiteNoiseMiddleware

from keystead.config.database import ensure_roles, role_password
from tests.support.kept_world import KeptWorld, copied
from tests.support.world import World, build_world

# How often a property is tried, in hundredths (tests/support/examples.py). A busy machine is no fault: none has a deadline.
for profile, max_examples in (("everyday", 100), ("few", 20), ("many", 2000)):
    hypothesis.settings.register_profile(profile, max_examples=max_examples, deadline=None)
hypothesis.settings.load_profile("everyday")


KEPT = pytest.StashKey[KeptWorld]()


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Migrates as the owner, then logs in as the app: every test meets the policies that production meets."""
    with django_db_blocker.unblock():
        names = ensure_roles(connection)
        with connection.cursor() as cursor:  # only tests empty tables (transactional tests, between one another)
            cursor.execute(f'GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO "{names.app}"')
        empty = connections[DEFAULT_DB_ALIAS]
        owner = {key: empty.settings_dict[key] for key in ("USER", "PASSWORD")}
        with copied(empty) as filled:
            for each in (empty, filled):
                each.settings_dict.update(USER=names.app, PASSWORD=role_password(names.app))
            kept = request.config.stash[KEPT] = KeptWorld(empty, filled)
            yield
            kept.lead_to(empty)
            del request.config.stash[KEPT]
        empty.close()
        empty.settings_dict.update(owner)


def pytest_configure() -> None:
    """`bin/test` gives a data directory of its own; the server of static files wants its folder to be there."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    # Before anybody hashes: who is first, be it a fixture of a whole module, decides for all that follow.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.hookimpl(trylast=True)  # fixtures have their say first
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that take long begin: the many short ones are shared out better at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(("tests/journeys/", "tests/luck/")))


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_listed_once() -> Iterator[None]:
    """Each `Client()` loads the middleware anew, and the static files' looks at each of them: once for each set-up is enough."""
    lists: dict[tuple[Any, ...], dict[str, Any]] = {}
    listed = WhiteNoiseMiddleware.add_files_from_finders

    def add(self: WhiteNoiseMiddleware) -> None:
        key = (self.static_prefix, self.static_root, tuple(settings.STATICFILES_DIRS), self.max_age, tuple(self.files))
        if key not in lists:
            listed(self)
            lists[key] = dict(self.files)
        self.files.update(lists[key])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add)
        yield


@pytest.fixture(scope="session", autouse=True)
def _an_answers_context_is_the_pages() -> Iterator[None]:
    """Each part of a page is a template of its own, and what it was drawn with is copied for `answer.context`: only the page's is
    asked for, the first that is drawn. Copying for the hundreds that follow was a twentieth of a page's time."""

    def store(kept: dict[str, Any], template: Template, context: Context, **_: Any) -> None:
        if "context" not in kept:
            kept.update(templates=[template], context=ContextList([copy(context)]))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.test.client.store_rendered_templates", store)
        yield


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before the test's transaction begins."""
    if kept := item.config.stash.get(KEPT, None):
        kept.lead(item)


@pytest.fixture
def world(request: pytest.FixtureRequest, db: None) -> World:
    """Two workspaces with named people; see tests/support/world.py. The first test of a process finds none that was kept."""
    kept = request.config.stash.get(KEPT, None)
    return (kept and kept.fresh()) or build_world()
