from __future__ import annotations

from django.urls import path

from keepwell.outbound.vendors import views

urlpatterns = [path("", views.register, name="vendors")]
