"""The address that takes a change back, under /w/<slug>/changes/."""

from django.urls import path

from keystead.web.changes import undoing

app_name = "changes"

urlpatterns = [path("<uuid:change>/undo/", undoing.undo_change, name="undo")]
