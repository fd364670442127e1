"""Addresses of assignments and tasks."""

from django.urls import path

from duban.tasks.views import assigning, breakdown, confirming, handing_over, late_units, passing, recording, single

app_name = "tasks"
urlpatterns = [
    path("assign/", assigning.assign, name="assign"),
    path("assign/paper/<int:document_id>/", assigning.draft_document, name="draft-document"),
    path("assignments/", assigning.assignments, name="assignments"),
    path("assignments/new-units/", late_units.late_units, name="late-units"),
    path("assignments/<int:assignment_id>/", assigning.assignment, name="assignment"),
    path("assignments/<int:assignment_id>/task/", single.task_of, name="task-of"),
    path("assignments/<int:assignment_id>/edit/", assigning.edit, name="edit"),
    path("assignments/<int:assignment_id>/issue/", assigning.issue, name="issue"),
    path("assignments/<int:assignment_id>/discard/", assigning.discard, name="discard"),
    path("assignments/<int:assignment_id>/progress/", assigning.progress, name="progress"),
    path("breakdown/", breakdown.imports, name="imports"),
    path("breakdown/template.xlsx", breakdown.template, name="template"),
    path("breakdown/export.xlsx", breakdown.export, {"kind": "xlsx"}, name="export-xlsx"),
    path("breakdown/export.docx", breakdown.export, {"kind": "docx"}, name="export-docx"),
    path("breakdown/export.pdf", breakdown.export, {"kind": "pdf"}, name="export-pdf"),
    path("breakdown/<int:import_id>/", breakdown.received, name="import"),
    path("breakdown/<int:import_id>/marked/", breakdown.marked, name="import-marked"),
    path("breakdown/<int:import_id>/take-over/", breakdown.take_over, name="import-take-over"),
    path("tap/<str:token>/", confirming.tap, name="tap"),
    path("confirmations/<int:confirmation_id>/", confirming.confirmation, name="confirmation"),
    path("confirmations/<int:confirmation_id>/link/", confirming.link, name="confirmation-link"),
    path("confirmations/<int:confirmation_id>/page/", confirming.sign_page, name="confirmation-page"),
    path("confirmations/<int:confirmation_id>/signed/", confirming.signed, name="confirmation-signed"),
    path("confirmations/<int:confirmation_id>/<slug:step_name>/", confirming.decide, name="confirmation-decide"),
    path("<int:task_id>/put-before/", confirming.put_before, name="put-before"),
    path("note/", recording.note, name="note"),
    path("several/<int:assignment_id>/", recording.several, name="several"),
    path("hand-over/", handing_over.hand_over, name="hand-over"),
    path("hand-over/<int:hand_over_id>/", handing_over.handed_over, name="handed-over"),
    path("to-check/", single.to_check, name="to-check"),
    path("to-pass-down/", passing.to_pass_down, name="to-pass-down"),
    path("pass-down/", passing.pass_down, name="pass-down"),
    path("<int:task_id>/", single.task, name="task"),
    path("<int:task_id>/steps/<str:step_name>/", single.step, name="step"),
    path("<int:task_id>/transfer/", passing.transfer, name="transfer"),
    path("<int:task_id>/feedback/", single.feedback, name="feedback"),
    path("<int:task_id>/evidence/", single.evidence, name="evidence"),
    path("<int:task_id>/evidence/<int:evidence_id>/", single.evidence_file, name="evidence-file"),
    path("<int:task_id>/extension/", single.extension, name="extension"),
    path("<int:task_id>/extension/<slug:step_name>/", single.decide_extension, name="decide-extension"),
]
