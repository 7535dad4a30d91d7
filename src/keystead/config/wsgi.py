"""The WSGI application: pages and API."""

import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

from keystead.config.loading import all_stays

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keystead.config.settings")
with all_stays():
    application = get_wsgi_application()
    import_module("keystead.config.urls")  # every page: else the first request would load them
