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
    path("import/<int:import_id>/columns/", views.name_columns, name="name-columns"),
    path("import/<int:import_id>/withdraw/", views.import_withdraw, name="import-withdraw"),
    path("members/import/", views.import_members, name="import-members"),
    path("members/import/template/", views.member_template, name="member-template"),
    path("members/import/<int:import_id>/", views.member_import_status, name="member-import-status"),
    path("members/import/<int:import_id>/columns/", views.name_member_columns, name="name-member-columns"),
    path("members/import/<int:import_id>/errors/", views.member_import_errors, name="member-import-errors"),
    path("members/import/<int:import_id>/take-over/", views.member_import_take_over, name="member-import-take-over"),
    path("members/import/<int:import_id>/withdraw/", views.member_import_withdraw, name="member-import-withdraw"),
    path("members/<int:membership_id>/transfer/", views.transfer_member, name="transfer-member"),
    path("members/<int:membership_id>/attach/", views.attach_member, name="attach-member"),
    path("members/<int:membership_id>/describe/", views.describe_member, name="describe-member"),
    path("members/<int:membership_id>/end/", views.end_membership, name="end-membership"),
    path("<int:unit_id>/members/", views.members, name="members"),
    path("<int:unit_id>/members/enter/", views.enter_member, name="enter-member"),
    path("posts/<int:post_id>/end/", views.end_post, name="end-post"),
    path("<int:unit_id>/", views.unit, name="unit"),
    path("<int:unit_id>/edit/", views.edit, name="edit"),
    path("<int:unit_id>/move/", views.move, name="move"),
    path("<int:unit_id>/end/", views.end, name="end"),
    path("<int:unit_id>/merge/", views.merge, name="merge"),
    path("<int:unit_id>/split/", views.split, name="split"),
    path("<int:unit_id>/reorder/", views.reorder, name="reorder"),
    path("<int:unit_id>/appoint/", views.appoint, name="appoint"),
]
