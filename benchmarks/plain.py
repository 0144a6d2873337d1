"""The least a page of fifty patients could be: one query of a plain table, and bytes. For benchmarks/http.py."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse

django.setup()


def page(request: HttpRequest) -> HttpResponse:
    """/ROWS/BYTES."""
    _, rows, size = request.path.split("/")
    with connection.cursor() as cursor:
        cursor.execute("SELECT given, family, born, number FROM plain_patient LIMIT %s", [int(rows)])
        found = cursor.fetchall()
    text = "".join(f"<tr><td>{given} {family}<td>{born}<td>{number}" for given, family, born, number in found)
    return HttpResponse(text.ljust(int(size))[: int(size)])


class Handler(WSGIHandler):
    """Django's own request and response, without any middleware and without a table of addresses."""

    def load_middleware(self, is_async: bool = False) -> None:
        self._middleware_chain = page


application = Handler()
