"""Addresses."""

from django.urls import path

from duban.directives.views import hierarchy, meetings, papers, passing

app_name = "directives"
urlpatterns = [
    path("", papers.documents, name="documents"),
    path("take-in/", papers.take_in, name="take-in"),
    path("<int:document_id>/", papers.speech, name="speech"),
    path("<int:document_id>/facts/", papers.facts, name="facts"),
    path("<int:document_id>/steps/<slug:step_name>/", papers.step, name="step"),
    path("<int:document_id>/take-all/", papers.take_all, name="take-all"),
    path("<int:document_id>/set-aside-rest/", papers.set_aside_rest, name="set-aside-rest"),
    path("<int:document_id>/sentences/", papers.add_requirement, name="add-requirement"),
    path("<int:document_id>/original/", papers.original, name="original"),
    path("<int:document_id>/draft-table/", papers.draft_table, name="draft-table"),
    path("<int:document_id>/draft-table/word/", papers.draft_table_word, name="draft-table-word"),
    path("<int:document_id>/draft-table/excel/", papers.draft_table_excel, name="draft-table-excel"),
    path("requirements/<int:requirement_id>/", papers.requirement, name="requirement"),
    path("requirements/<int:requirement_id>/steps/<slug:step_name>/", papers.requirement_step, name="requirement-step"),
    path("meetings/", meetings.register, name="meetings"),
    path("meetings/files/<slug:kind>/", meetings.register_file, name="meetings-file"),
    path("meetings/new/", meetings.new, name="new-meeting"),
    path("meetings/<int:meeting_id>/", meetings.meeting, name="meeting"),
    path("meetings/<int:meeting_id>/correct/", meetings.correct, name="correct-meeting"),
    path("meetings/<int:meeting_id>/withdraw/", meetings.withdraw, name="withdraw-meeting"),
    path("meetings/<int:meeting_id>/speeches/", meetings.add_speech, name="add-speech"),
    path("meetings/<int:meeting_id>/minutes/", meetings.minutes, name="minutes"),
    path("speeches/<int:speech_id>/text/", meetings.attach_text, name="attach-text"),
    path("speeches/<int:speech_id>/place/", meetings.move_speech, name="move-speech"),
    path("speeches/<int:speech_id>/references/", meetings.note_reference, name="note-reference"),
    path("references/", meetings.references, name="references"),
    path("references/<int:reference_id>/", meetings.settle_reference, name="settle-reference"),
    path("passing/", passing.passings, name="passings"),
    path("passing/new/", passing.new, name="new-passing"),
    path("passing/<int:passing_id>/", passing.passing, name="passing"),
    path("passing/<int:passing_id>/files/<slug:kind>/", passing.passing_file, name="passing-file"),
    path("passing/<int:passing_id>/record/", passing.record, name="record-passing"),
    path("passing/<int:passing_id>/end/", passing.end, name="end-passing"),
    path("<int:document_id>/upper/", hierarchy.name_upper, name="name-upper"),
    path("<int:document_id>/upper/<int:link_id>/end/", hierarchy.end_upper, name="end-upper"),
    path("points/<int:node_id>/", papers.point, name="point"),
]
