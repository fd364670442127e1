"""Addresses."""

from django.urls import path

from duban.access import views

app_name = "access"
urlpatterns = [
    path("", views.grant_list, name="list"),
    path("new/", views.grant, name="grant"),
    path("accounts/new/", views.account, name="account"),
    path("units/", views.units, name="units"),
    path("<int:grant_id>/end/", views.end, name="end"),
]
