"""Addresses."""

from django.urls import path

from duban.shell import views

app_name = "shell"
urlpatterns = [
    path("language/", views.language, name="language"),
    path("healthz/", views.healthz, name="healthz"),
    path("readyz/", views.readyz, name="readyz"),
]
