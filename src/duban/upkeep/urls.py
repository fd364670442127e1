"""Addresses."""

from django.urls import path

from duban.upkeep import views

app_name = "upkeep"
urlpatterns = [
    path("upkeep/", views.upkeep, name="upkeep"),
    path("readyz/", views.readyz, name="readyz"),
]
