"""Addresses."""

from django.urls import path

from duban.accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("activate/", views.activate, name="activate"),
    path("telephone/", views.telephone, name="telephone"),
    path("password/", views.password, name="password"),
    path("accounts/", views.listing, name="list"),
    path("accounts/<int:user_id>/", views.account, name="account"),
    path("sign-in/second-factor/", views.second_factor, name="second-factor"),
    path("accounts/<int:user_id>/reset-factor/", views.reset_factor, name="reset-factor"),
    path("accounts/<int:user_id>/end/", views.end, name="end"),
    path("switch-post/", views.switch_post, name="switch-post"),
]
