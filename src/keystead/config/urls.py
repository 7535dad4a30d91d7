"""Every address of the product. Pages of a workspace live under /w/<slug>/."""

from django.urls import include, path

from keystead.web import gallery

urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("auth/", include("allauth.urls")),
    path("gallery", gallery.gallery, name="gallery"),
]
