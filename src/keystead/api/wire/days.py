"""Days and moments on the wire."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.utils.translation import gettext as _

from keystead.api.wire.bodies import moment
from keystead.api.wire.fields import Plain, Schema, or_null
from keystead.api.wire.problems import refused_one

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, kw_only=True)
class Day(Plain):
    def show(self, value: date | None) -> str | None:
        return value.isoformat() if value else None

    def parse(self, value: Any, pointer: str) -> date:
        try:
            if not isinstance(value, str) or not _DAY.fullmatch(value):
                raise ValueError(value)
            return date.fromisoformat(value)
        except ValueError as error:
            raise refused_one(pointer, "not_a_day", _("A day is expected here, as in 2026-03-31.")) from error

    def schema(self) -> Schema:
        return or_null({"type": "string", "format": "date"}, self.nullable)

    def schema_of_filter(self) -> Schema:
        return {"type": "string", "format": "date"}


@dataclass(frozen=True, kw_only=True)
class Moment(Plain):
    """A moment, never written by clients."""

    writable: bool = False

    def show(self, value: datetime | None) -> str | None:
        return moment(value) if value else None

    def parse(self, value: Any, pointer: str) -> datetime:
        # A plus sign in an address that was not escaped arrives as a space.
        text = re.sub(r" (\d{2}:?\d{2})$", r"+\1", value if isinstance(value, str) else "")
        try:
            found = datetime.fromisoformat(text)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            message = _("A moment is expected here, as in 2026-03-31T12:00:00Z.")
            raise refused_one(pointer, "not_a_moment", message) from error

    def schema(self) -> Schema:
        return or_null({"type": "string", "format": "date-time"}, self.nullable)

    def schema_of_filter(self) -> Schema:
        return {"type": "string", "format": "date-time"}
