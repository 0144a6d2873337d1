"""One request, one transaction: what a failing or streaming page leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import psycopg
import pytest
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.response import SimpleTemplateResponse

from keepwell import charts
from keepwell.access import actions as access
from keepwell.access.models import CareTeam, Restriction
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger import custody, wire
from keepwell.ledger.doorway import StreamingRefused, one_request, present
from keepwell.ledger.entries import Entry
from keepwell.vault.phi import PhiClass
from tests.cast import Clinic


@charts.excerpt(Restriction)
class Words:
    "The words of a restriction."

    wording: str | None


@pytest.fixture
def ada(willow: Clinic, imani: Actor) -> UUID:
    patient = new_id()
    with present(willow.system) as by:
        access.restrict(patient, [PhiClass.PSYCHOTHERAPY], by=by, wording="mine")
        access.relate(patient, member=imani.id, by=by)
    return patient


def ledger(actor: Actor) -> list[tuple[str, str, str]]:
    "What the ledger says of one request."
    with present(Actor(actor.id, actor.practice, actor.role, actor.purpose)):
        return wire.rows(
            "default", "SELECT kind, verb, outcome FROM custody.entry WHERE request_id = %s ORDER BY at", actor.request
        )


def page(actor: Actor, ada: UUID, answer: Callable[[], HttpResponseBase]) -> Callable[[], HttpResponseBase]:
    def view() -> HttpResponseBase:
        charts.open(ada, Words, by=actor).one(Words)
        access.form_team("Night", [], by=actor)
        return answer()

    return view


def test_a_page_that_succeeds_keeps_both(imani: Actor, ada: UUID):
    assert one_request(imani, page(imani, ada, lambda: HttpResponse("ok"))).status_code == 200
    assert [kind for kind, _, _ in ledger(imani)] == ["open", "action"]


@pytest.mark.parametrize("status", [400, 404, 422, 500])
def test_a_page_that_fails_rolls_back_and_keeps_its_openings(status: int, imani: Actor, ada: UUID):
    assert one_request(imani, page(imani, ada, lambda: HttpResponse(status=status))).status_code == status
    assert ledger(imani) == [("open", "chart.opened", "ok"), ("undone", "request.undone", str(status))]
    with present(Actor(imani.id, imani.practice, imani.role, imani.purpose)):
        assert not CareTeam.objects.exists()


def test_a_page_that_fails_while_rendering_rolls_back_too(imani: Actor, ada: UUID):
    class Late(SimpleTemplateResponse):
        def render(self) -> SimpleTemplateResponse:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        one_request(imani, page(imani, ada, lambda: Late("x")))
    assert [kind for kind, _, _ in ledger(imani)] == ["open", "undone"]


def test_a_streaming_answer_is_refused(imani: Actor, ada: UUID):
    with pytest.raises(StreamingRefused):
        one_request(imani, page(imani, ada, lambda: StreamingHttpResponse(iter([b"x"]))))


def test_a_denial_stays_recorded(willow: Clinic, cleo: Actor, ada: UUID):
    with pytest.raises(Refusal) as refused:
        one_request(cleo, lambda: HttpResponse(charts.open(ada, Words, by=cleo).one(Words).wording))
    assert refused.value.code == "POLICY_DENY"
    assert ("deny", "chart.opened", "POLICY_DENY") in ledger(cleo)


def test_an_agreed_restriction_is_kept_and_its_refusal_recorded(willow: Clinic, imani: Actor, ada: UUID):
    with present(willow.system) as by:
        access.restrict(ada, [PhiClass.CLINICAL], by=by, member=imani.id)
    with pytest.raises(Refusal) as refused, present(imani):
        charts.open(ada, Words, by=imani)
    assert refused.value.code == "RESTRICTION_BLOCK"
    assert ("deny", "chart.opened", "RESTRICTION_BLOCK") in ledger(imani)


def test_a_list_leaves_out_whom_the_policy_refuses(willow: Clinic, imani: Actor, ada: UUID):
    stranger = new_id()
    with present(willow.system) as by:
        access.restrict(stranger, [PhiClass.PSYCHOTHERAPY], by=by, wording="theirs")
    with present(imani):
        chart = charts.open([ada, stranger], Words, by=imani, partly=True)
        assert set(chart.each(Words)) == {ada}
        assert set(chart.refused) == {stranger}
    assert [kind for kind, _, _ in ledger(imani)] == ["deny", "open"]


def test_when_custody_cannot_be_reached_nothing_opens(imani: Actor, ada: UUID, monkeypatch: pytest.MonkeyPatch):
    def down(*_: object, **__: object) -> None:
        raise psycopg.OperationalError

    with present(imani):
        charts.open(ada, Words, by=imani)
        with monkeypatch.context() as broken, pytest.raises(Refusal) as refused:
            broken.setattr(psycopg.Cursor, "execute", down)
            custody.open_entry(Entry("open", "chart.opened", subjects=(ada,)), imani)
    assert refused.value.code == "AUDIT_UNAVAILABLE"
