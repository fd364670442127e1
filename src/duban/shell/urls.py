"""Addresses."""

from django.urls import path

from duban.shell import views

app_name = "shell"
urlpatterns = [
    path("language/", views.language, name="language"),
    path("drafts/", views.draft, name="draft"),
    path("healthz/", views.healthz, name="healthz"),
]
