"""Sets Django up as the database's owner. Imported first by every bench that needs models."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def set_up() -> None:
    """Idempotent. The database is that of DATABASE_URL."""
    if str(ROOT / "src") not in sys.path:
        sys.path.insert(0, str(ROOT / "src"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keystead.config.settings")
    os.environ.setdefault("KEYSTEAD_DB_ROLE", "owner")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()
