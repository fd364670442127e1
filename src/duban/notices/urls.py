"""Addresses."""

from django.urls import path

from duban.notices import views

app_name = "notices"
urlpatterns = [
    path("reminders/", views.reminders, name="reminders"),
    path("robots/", views.robots, name="robots"),
    path("robots/enter/", views.enter_robot, name="enter-robot"),
    path("robots/<int:robot_id>/<slug:step>/", views.robot_step, name="robot-step"),
    path("<str:day>/put-aside/", views.put_aside, name="put-aside"),
]
