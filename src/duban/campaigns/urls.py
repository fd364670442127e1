"""Addresses."""

from django.urls import path

from duban.campaigns import views

app_name = "campaigns"
urlpatterns = [
    path("", views.campaign_list, name="list"),
    path("new/", views.create, name="create"),
    path("<int:campaign_id>/choose/", views.choose, name="choose"),
    path("<int:campaign_id>/start/", views.start, name="start"),
    path("<int:campaign_id>/end/", views.end, name="end"),
]
