"""Uploaded files stay in the test's own folder."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

STORAGE = "django.core.files.storage.FileSystemStorage"


@pytest.fixture(autouse=True)
def _files_of_the_test(tmp_path: Path, settings: Any) -> Iterator[None]:
    storages = settings.STORAGES | {"default": {"BACKEND": STORAGE, "OPTIONS": {"location": str(tmp_path / "files")}}}
    with override_settings(STORAGES=storages):
        yield
