"""Addresses."""

from django.urls import path

from duban.organisation import views

app_name = "organisation"
urlpatterns = [
    path("", views.units, name="units"),
    path("export/", views.export, name="export"),
    path("new/", views.create, name="create"),
    path("lines/", views.lines, name="lines"),
    path("lines/<int:line_id>/lead/", views.set_line_lead, name="set-line-lead"),
    path("import/", views.import_units, name="import"),
    path("import/template/", views.unit_template, name="template"),
    path("import/<int:import_id>/", views.import_status, name="import-status"),
    path("import/<int:import_id>/errors/", views.import_errors, name="import-errors"),
    path("import/<int:import_id>/take-over/", views.import_take_over, name="import-take-over"),
    path("import/<int:import_id>/withdraw/", views.import_withdraw, name="import-withdraw"),
    path("posts/<int:post_id>/end/", views.end_post, name="end-post"),
    path("<int:unit_id>/", views.unit, name="unit"),
    path("<int:unit_id>/edit/", views.edit, name="edit"),
    path("<int:unit_id>/move/", views.move, name="move"),
    path("<int:unit_id>/reorder/", views.reorder, name="reorder"),
    path("<int:unit_id>/appoint/", views.appoint, name="appoint"),
]
