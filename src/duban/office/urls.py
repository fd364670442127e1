"""Addresses of an office's own work."""

from django.urls import path

from duban.office import views

app_name = "office"
urlpatterns = [
    path("wanted/", views.wanted, name="wanted"),
    path("wanted/register/", views.register, name="register"),
    path("wanted/known/", views.known, name="known"),
    path("wanted/file/<slug:kind>/", views.wanted_file, name="wanted-file"),
    path("instructions/new/", views.instruct, name="instruct"),
    path("duties/new/", views.write_duty, name="write-duty"),
    path("duties/<int:duty_id>/done/", views.finish_duty, name="finish-duty"),
    path("matters/", views.matters, name="matters"),
    path("matters/file/<slug:kind>/", views.matters_file, name="matters-file"),
    path("matters/new/<slug:kind>/", views.open_matter, name="open"),
    path("matters/<int:matter_id>/", views.matter, name="matter"),
    path("matters/<int:matter_id>/settle/", views.settle, name="settle"),
    path("matters/<int:matter_id>/share/", views.share, name="share"),
    path("matters/<int:matter_id>/steps/", views.add_step, name="add-step"),
    path("matters/<int:matter_id>/steps/<int:step_id>/done/", views.finish_step, name="finish-step"),
    path("matters/<int:matter_id>/steps/<int:step_id>/assign/", views.assign_step, name="assign-step"),
]
