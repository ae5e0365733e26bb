"""Addresses of the kernel's own; mounted at the root."""

from __future__ import annotations

from django.urls import path

from grocery.kernel import views

app_name = "kernel"
urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("problems/", views.problem_types, name="problems"),
    path("problems/<str:code>", views.problem_types, name="problem"),
]
