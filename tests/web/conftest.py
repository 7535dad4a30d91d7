"""What tests of pages share."""

from tests.support.browser import browser

__all__ = ["browser"]
