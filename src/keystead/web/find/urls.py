"""The address of finding, under /w/<slug>/find/."""

from django.urls import path

from keystead.web.find import page

urlpatterns = [path("", page.find_page, name="find")]
