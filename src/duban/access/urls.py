"""Addresses."""

from django.urls import path

from duban.access import views

app_name = "access"
urlpatterns = [
    path("", views.grant_list, name="list"),
    path("new/", views.grant, name="grant"),
    path("accounts/new/", views.account, name="account"),
    path("below/", views.below, name="below"),
    path("below/<int:unit_id>/", views.below_part, name="below-part"),
    path("below/<int:unit_id>/open/", views.open_below, name="open-below"),
    path("below/<int:unit_id>/slips/<slug:kind>/", views.slips, name="slips"),
    path("below/posts/<int:post_id>/slip/", views.new_slip, name="new-slip"),
    path("below/posts/<int:post_id>/grant/", views.delegate, name="delegate"),
    path("units/", views.units, name="units"),
    path("<int:grant_id>/end/", views.end, name="end"),
]
