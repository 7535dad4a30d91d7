"""What the frame around every page needs: navigation, workspaces, find box."""

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    return {"workspace": getattr(request, "workspace", None), "viewer": getattr(request, "viewer", None)}
