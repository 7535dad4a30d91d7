"""The demo workspace of the first release, brought up to date, for whoever needs a workspace that has a past."""

import os
from collections.abc import Iterator

import pytest

from tests.luck.installation import Installation, first_release


@pytest.fixture(scope="session")  # bringing it up to date takes long; what it told then is asked before anybody works with it
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The first release's backup, put back by today's release, which brings it up to date."""
    folder = tmp_path_factory.mktemp("yesterday")
    with Installation(folder / "data", f"keystead_upgrade_{os.getpid()}") as installation:
        installation.keystead("restore", first_release(folder))
        installation.figures()
        yield installation
