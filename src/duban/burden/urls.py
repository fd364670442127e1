"""Addresses of the ledger."""

from django.urls import path

from duban.burden.views import ledger, limits, objections, requests

app_name = "burden"
urlpatterns = [
    path("", ledger.ledger, name="ledger"),
    path("askers/", ledger.askers, name="askers"),
    path("askers/<slug:kind>/", ledger.askers_file, name="askers-file"),
    path("limits/", limits.limits, name="limits"),
    path("limits/cap/", limits.set_cap, name="set-cap"),
    path("limits/days/", limits.block_days, name="block-days"),
    path("limits/days/<int:period_id>/end/", limits.end_period, name="end-period"),
    path("units/<int:unit_id>/", ledger.asked, name="asked"),
    path("units/<int:unit_id>/<slug:kind>/", ledger.asked_file, name="asked-file"),
    path("requests/", requests.requests, name="requests"),
    path("requests/new/", requests.register, name="register"),
    path("requests/<int:request_id>/", requests.data_request, name="request"),
    path("requests/<int:request_id>/steps/<slug:step_name>/", requests.step, name="step"),
    path("book/", requests.book, name="book"),
    path("need-not/", objections.objections, name="objections"),
    path("need-not/<int:objection_id>/<slug:step_name>/", objections.answer, name="answer"),
    path("rows/<int:row_id>/need-not/", objections.object_to, name="object"),
    path("file/<slug:kind>/", ledger.ledger_file, name="ledger-file"),
]
