"""What a log may say."""

from __future__ import annotations

import logging
import sys
from uuid import UUID

import pytest
import structlog
from django.test import RequestFactory
from django.urls import resolve

from config.logging import REFUSED, Frames
from keepwell import charts
from keepwell.base.actor import Actor
from keepwell.ledger.doorway import present
from keepwell.patients.excerpts import NameTag
from keepwell.patients.models import Patient


def test_neither_a_sealed_value_nor_an_opened_one_is_logged(rosa: Actor, ada: UUID, capsys: pytest.CaptureFixture[str]):
    with present(rosa):
        row = Patient.objects.get(id=ada)
        tag = charts.open(ada, NameTag, by=rosa).one(NameTag)
        structlog.get_logger().info("seen", sealed=row.given_name, tag=tag, row=row, names=[tag.given_name], id=ada)
    out = capsys.readouterr().out
    assert "Ada" not in out
    assert out.count(REFUSED) == 4
    assert str(ada) in out


def test_an_exceptions_own_words_are_not_logged(capsys: pytest.CaptureFixture[str]):
    try:
        raise ValueError("Ada Lovelace, born 1985")
    except ValueError as error:
        structlog.get_logger().error("failed", exc_info=error)
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "Internal", None, sys.exc_info())
    formatted = Frames().format(record)
    out = capsys.readouterr().out
    for text in (out, formatted):
        assert "Lovelace" not in text
        assert "ValueError" in text
        assert "test_logging.py" in text


def test_a_request_is_logged_by_its_page_not_its_address():
    request = RequestFactory().get("/sign-in/link/a-secret-link/")
    request.resolver_match = resolve("/sign-in/link/a-secret-link/")
    record = logging.LogRecord("django.request", logging.WARNING, "f", 1, "Not Found: %s", (request.path,), None)
    record.request, record.status_code = request, 404
    text = Frames().format(record)
    assert "a-secret-link" not in text
    assert text.endswith("404 GET sign-in-link")


def test_chatter_is_not_logged(capsys: pytest.CaptureFixture[str]):
    structlog.get_logger().debug("ledger.checkpoint", size=5)
    assert capsys.readouterr().out == ""
