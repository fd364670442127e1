"""Addresses of assignments and tasks."""

from django.urls import path

from duban.tasks import assigning_views, breakdown_views, views

app_name = "tasks"
urlpatterns = [
    path("assign/", assigning_views.assign, name="assign"),
    path("assignments/", assigning_views.assignments, name="assignments"),
    path("assignments/<int:assignment_id>/", assigning_views.assignment, name="assignment"),
    path("assignments/<int:assignment_id>/edit/", assigning_views.edit, name="edit"),
    path("assignments/<int:assignment_id>/issue/", assigning_views.issue, name="issue"),
    path("assignments/<int:assignment_id>/discard/", assigning_views.discard, name="discard"),
    path("assignments/<int:assignment_id>/progress/", assigning_views.progress, name="progress"),
    path("breakdown/", breakdown_views.imports, name="imports"),
    path("breakdown/template.xlsx", breakdown_views.template, name="template"),
    path("breakdown/export.xlsx", breakdown_views.export, {"kind": "xlsx"}, name="export-xlsx"),
    path("breakdown/export.docx", breakdown_views.export, {"kind": "docx"}, name="export-docx"),
    path("breakdown/<int:import_id>/", breakdown_views.received, name="import"),
    path("breakdown/<int:import_id>/marked/", breakdown_views.marked, name="import-marked"),
    path("breakdown/<int:import_id>/take-over/", breakdown_views.take_over, name="import-take-over"),
    path("to-check/", views.to_check, name="to-check"),
    path("<int:task_id>/", views.task, name="task"),
    path("<int:task_id>/steps/<str:step_name>/", views.step, name="step"),
    path("<int:task_id>/feedback/", views.feedback, name="feedback"),
    path("<int:task_id>/evidence/", views.evidence, name="evidence"),
    path("<int:task_id>/evidence/<int:evidence_id>/", views.evidence_file, name="evidence-file"),
    path("<int:task_id>/extension/", views.extension, name="extension"),
    path("<int:task_id>/extension/<slug:step_name>/", views.decide_extension, name="decide-extension"),
]
