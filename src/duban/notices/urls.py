"""Addresses."""

from django.urls import path

from duban.notices import views

app_name = "notices"
urlpatterns = [
    path("<str:day>/put-aside/", views.put_aside, name="put-aside"),
]
