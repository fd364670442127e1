"""Addresses of the pages that span subjects."""

from django.urls import path

from duban.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("owed/", views.owed, name="owed"),
    path("owed/<slug:kind>/", views.owed_file, name="owed-file"),
    path("table/", views.units, name="units"),
    path("table/chart/", views.chart, name="chart"),
    path("table/<slug:kind>/", views.units_file, name="units-file"),
    path("work/", views.work_list, name="work-list"),
    path("work/<slug:kind>/", views.work_list_file, name="work-list-file"),
]
