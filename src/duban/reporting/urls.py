"""Addresses of what goes on paper."""

from django.urls import path

from duban.reporting import views

app_name = "reporting"
urlpatterns = [
    path("notice/", views.notice, name="notice"),
    path("notice/<int:assignment_id>/<int:paper_id>.<slug:kind>", views.notice_file, name="notice-file"),
    path("notice/<int:assignment_id>/<int:paper_id>/void/", views.void, name="void"),
    path("sheet/<int:unit_id>/", views.sheet, name="sheet"),
    path("sheet/<int:unit_id>/<slug:kind>/", views.sheet_file, name="sheet-file"),
    path("promotion/", views.promotion, name="promotion"),
    path("promotion/<slug:kind>/", views.promotion_file, name="promotion-file"),
]
