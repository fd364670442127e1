"""Addresses."""

from django.urls import path

from duban.accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("password/", views.password, name="password"),
    path("switch-post/", views.switch_post, name="switch-post"),
]
