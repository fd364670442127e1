"""Addresses."""

from django.urls import path

from duban.workdays import views

app_name = "workdays"
urlpatterns = [
    path("", views.calendar, name="calendar"),
]
