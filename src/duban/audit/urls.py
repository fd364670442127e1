"""Addresses."""

from django.urls import path

from duban.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.record, name="record"),
    path("excel/", views.record_file, name="record-file"),
    path("chain/", views.chain, name="chain"),
    path("verify/", views.verify, name="verify"),
]
