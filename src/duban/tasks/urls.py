"""Addresses of assignments and tasks."""

from django.urls import path

from duban.tasks.views import assigning, breakdown, single

app_name = "tasks"
urlpatterns = [
    path("assign/", assigning.assign, name="assign"),
    path("assign/paper/<int:document_id>/", assigning.draft_document, name="draft-document"),
    path("assignments/", assigning.assignments, name="assignments"),
    path("assignments/<int:assignment_id>/", assigning.assignment, name="assignment"),
    path("assignments/<int:assignment_id>/edit/", assigning.edit, name="edit"),
    path("assignments/<int:assignment_id>/issue/", assigning.issue, name="issue"),
    path("assignments/<int:assignment_id>/discard/", assigning.discard, name="discard"),
    path("assignments/<int:assignment_id>/progress/", assigning.progress, name="progress"),
    path("breakdown/", breakdown.imports, name="imports"),
    path("breakdown/template.xlsx", breakdown.template, name="template"),
    path("breakdown/export.xlsx", breakdown.export, {"kind": "xlsx"}, name="export-xlsx"),
    path("breakdown/export.docx", breakdown.export, {"kind": "docx"}, name="export-docx"),
    path("breakdown/<int:import_id>/", breakdown.received, name="import"),
    path("breakdown/<int:import_id>/marked/", breakdown.marked, name="import-marked"),
    path("breakdown/<int:import_id>/take-over/", breakdown.take_over, name="import-take-over"),
    path("to-check/", single.to_check, name="to-check"),
    path("<int:task_id>/", single.task, name="task"),
    path("<int:task_id>/steps/<str:step_name>/", single.step, name="step"),
    path("<int:task_id>/feedback/", single.feedback, name="feedback"),
    path("<int:task_id>/evidence/", single.evidence, name="evidence"),
    path("<int:task_id>/evidence/<int:evidence_id>/", single.evidence_file, name="evidence-file"),
    path("<int:task_id>/extension/", single.extension, name="extension"),
    path("<int:task_id>/extension/<slug:step_name>/", single.decide_extension, name="decide-extension"),
]
