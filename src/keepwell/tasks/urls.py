"""Addresses of the tasks."""

from __future__ import annotations

from django.urls import path

from keepwell.tasks import views, views_add

urlpatterns = [
    path("tasks/", views.tasks, name="tasks"),
    path("tasks/add/", views_add.add, name="task-add"),
    path("tasks/<uuid:task>/", views.task, name="task"),
    path("tasks/<uuid:task>/done/", views.done, name="task-done"),
    path("tasks/<uuid:task>/reopen/", views.reopen, name="task-reopen"),
    path("tasks/<uuid:task>/cancel/", views.cancel, name="task-cancel"),
    path("tasks/<uuid:task>/claim/", views.claim, name="task-claim"),
    path("tasks/<uuid:task>/hand-over/", views.hand_over, name="task-hand-over"),
    path("tasks/<uuid:task>/change/", views.change, name="task-change"),
    path("tasks/<uuid:task>/comment/", views.comment, name="task-comment"),
]
