"""Callers of the API for the named people, and files that stay in the test's own folder."""

from tests.api.conftest import callers
from tests.domain.exchange.conftest import _files_of_the_test

__all__ = ["_files_of_the_test", "callers"]
