"""Pages of the imports; included below /w/<slug>/imports/."""

from django.urls import path

from keystead.web.imports import columns, history, learnt, steps, upload

app_name = "imports"

urlpatterns = [
    path("", history.imports, name="list"),
    path("learnt/", learnt.learnt_values, name="learnt"),
    path("new/", upload.import_new, name="new"),
    path("templates/<str:kind>.csv", upload.template_file, name="template"),
    path("<uuid:pk>/", steps.import_page, name="detail"),
    path("<uuid:pk>/progress/", steps.progress, name="progress"),
    path("<uuid:pk>/columns/", columns.import_columns, name="columns"),
    path("<uuid:pk>/kind/", columns.import_kind, name="kind"),
    path("<uuid:pk>/commit/", steps.import_commit, name="commit"),
    path("<uuid:pk>/undo/", steps.import_undo, name="undo"),
    path("<uuid:pk>/cancellation/", steps.import_cancellation, name="cancellation"),
    path("<uuid:pk>/deletion/", steps.import_deletion, name="deletion"),
    path("<uuid:pk>/file/", steps.original_file, name="file"),
    path("<uuid:pk>/errors.csv", steps.errors_file, name="errors"),
]
