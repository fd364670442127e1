"""Addresses of the pages that span subjects."""

from django.urls import path

from duban.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("desk/beside/", views.beside_desk, name="beside-desk"),
    path("people-say/", views.people_say, name="people-say"),
    path("owed/", views.owed, name="owed"),
    path("owed/<slug:kind>/", views.owed_file, name="owed-file"),
    path("table/", views.units, name="units"),
    path("table/chart/", views.chart, name="chart"),
    path("table/<slug:kind>/", views.units_file, name="units-file"),
    path("parts/", views.parts, name="parts"),
    path("parts/<slug:kind>/", views.parts_file, name="parts-file"),
    path("ahead/", views.ahead, name="ahead"),
    path("ahead/<slug:kind>/", views.ahead_file, name="ahead-file"),
    path("measures/", views.measures, name="measures"),
    path("measures/<slug:kind>/", views.measures_file, name="measures-file"),
    path("pace/", views.pace, name="pace"),
    path("activity/", views.activity, name="activity"),
    path("activity/chart/", views.activity_chart, name="activity-chart"),
    path("urge/", views.urge, name="urge"),
    path("urge/<slug:kind>/", views.urge_file, name="urge-file"),
    path("work/", views.work_list, name="work-list"),
    path("meetings/<int:meeting_id>/follow-up/", views.follow_up, name="follow-up"),
    path("meetings/<int:meeting_id>/follow-up/<slug:kind>/", views.follow_up_file, name="follow-up-file"),
    path("papers/<int:document_id>/touched/", views.touched, name="touched"),
    path("passing/<int:passing_id>/forwarded/", views.only_forwarded, name="only-forwarded"),
    path("passing/forwarded/", views.only_forwarded_here, name="only-forwarded-here"),
    path("work/<slug:kind>/", views.work_list_file, name="work-list-file"),
]
