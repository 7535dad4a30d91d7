"""What a person decides about herself."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from keystead.data.workspace.models import User
from keystead.domain.writing import Invalid

PROFILE_FIELDS = ("name", "language", "theme", "time_zone")
THEMES = ("", "light", "dark")


def change_profile(*, user: User, fields: Mapping[str, Any]) -> User:
    """Name, language, colours and time zone of the viewer's own login, in all her workspaces. Raises `Invalid`.

    Her name as a member is the workspace's business: administrators change it, so that a list of people stays what they made it.
    """
    allowed = {"language": {"", *dict(settings.LANGUAGES)}, "theme": set(THEMES), "time_zone": available_timezones()}
    for name, values in allowed.items():
        if name in fields and fields[name] not in values:
            raise Invalid.one(name, f"unknown_{name}", _("Choose one of the list."))
    changed = [name for name in PROFILE_FIELDS if name in fields]
    for name in changed:
        setattr(user, name, fields[name])
    user.save(update_fields=changed)
    return user
