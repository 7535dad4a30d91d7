"""Every address of the product. Pages of a workspace live under /w/<slug>/."""

from django.urls import include, path

from keystead.web import gallery
from keystead.web.workspace import entrance, health

handler400 = "keystead.config.refusing.handler400"
handler403 = "keystead.config.refusing.handler403"
handler404 = "keystead.config.refusing.handler404"
handler500 = "keystead.config.failing.handler500"

urlpatterns = [
    path("", entrance.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("api/", include("keystead.api.urls")),
    path("i18n/setlang/", entrance.set_language, name="set_language"),
    path("auth/", include("keystead.web.workspace.sign_in_urls")),
    path("invitation/<str:token>/", entrance.invitation, name="invitation"),
    path("gallery", gallery.gallery, name="gallery"),
    path("w/<slug:slug>/plans/", include("keystead.web.plans.urls")),
    path("w/<slug:slug>/accounts/", include("keystead.web.accounts.urls")),
    path("w/<slug:slug>/deals/", include("keystead.web.deals.urls")),
    path("w/<slug:slug>/portfolio/", include("keystead.web.portfolio.urls")),
    path("w/<slug:slug>/changes/", include("keystead.web.changes.urls")),
    path("w/<slug:slug>/views/", include("keystead.web.grid.urls")),
    path("w/<slug:slug>/find/", include("keystead.web.find.urls")),
    path("w/<slug:slug>/imports/", include("keystead.web.imports.urls")),
    path("w/<slug:slug>/", include("keystead.web.workspace.urls")),
]
