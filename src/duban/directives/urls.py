"""Addresses."""

from django.urls import path

from duban.directives import views

app_name = "directives"
urlpatterns = [
    path("", views.documents, name="documents"),
    path("take-in/", views.take_in, name="take-in"),
    path("<int:document_id>/", views.speech, name="speech"),
    path("<int:document_id>/facts/", views.facts, name="facts"),
    path("<int:document_id>/steps/<slug:step_name>/", views.step, name="step"),
    path("<int:document_id>/take-all/", views.take_all, name="take-all"),
    path("<int:document_id>/set-aside-rest/", views.set_aside_rest, name="set-aside-rest"),
    path("<int:document_id>/sentences/", views.add_requirement, name="add-requirement"),
    path("<int:document_id>/original/", views.original, name="original"),
    path("<int:document_id>/draft-table/", views.draft_table, name="draft-table"),
    path("<int:document_id>/draft-table/word/", views.draft_table_word, name="draft-table-word"),
    path("<int:document_id>/draft-table/excel/", views.draft_table_excel, name="draft-table-excel"),
    path("requirements/<int:requirement_id>/", views.requirement, name="requirement"),
    path("requirements/<int:requirement_id>/steps/<slug:step_name>/", views.requirement_step, name="requirement-step"),
    path("points/<int:node_id>/", views.point, name="point"),
]
