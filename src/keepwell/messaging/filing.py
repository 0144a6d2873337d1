"""A thread becomes part of the record: one FHIR R4 Communication, as it was said, sealed like any clinical resource."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _

from keepwell.base import clock
from keepwell.base.actor import Actor
from keepwell.base.ids import new_id
from keepwell.base.refusal import Refusal
from keepwell.ledger.actions import action
from keepwell.messaging import lines
from keepwell.messaging.lines import Whole
from keepwell.messaging.lists import locked
from keepwell.messaging.models import Thread
from keepwell.records import actions as records
from keepwell.records.actions import Arriving
from keepwell.records.heads import Head
from keepwell.vault.phi import PhiClass


def file_to_chart(thread: Thread, *, by: Actor) -> Thread:
    """Keeps what was said, without notes for colleagues, in the patient's record. Once; again keeps what came since.

    Raises Refusal THREAD_UNKNOWN, POLICY_DENY, RESTRICTION_BLOCK.
    """
    if thread.patient_id is None:
        raise Refusal("THREAD_UNKNOWN")
    whole = lines.whole(thread, by)
    if whole.refused is not None:
        raise whole.refused
    communication = _communication(thread, whole)
    head = Head(title=_("Message thread"), when=communication["sent"], status="completed")
    kept = Arriving(new_id(), "Communication", PhiClass.CLINICAL, head, json.dumps(communication))
    records.keep(thread.patient_id, [kept], by=by)
    return _filed(thread, by=by)


@action("thread.filed", about="thread")
def _filed(thread: Thread, *, by: Actor) -> Thread:
    "What was said in a thread is part of the patient's record."
    row = locked(thread.pk, by)
    row.filed_at = clock.now()
    row.save(update_fields=["filed_at"])
    return row


def _communication(thread: Thread, whole: Whole) -> dict[str, Any]:
    """FHIR R4 Communication: who said what when, oldest first."""
    said = [each for each in whole.spoken if each.kind != "note" and each.words and not each.withdrawn]
    if thread.filed_at:
        said = [each for each in said if each.at > thread.filed_at]
    if not said:
        raise Refusal("NOTHING_TO_FILE")
    return {
        "resourceType": "Communication",
        "status": "completed",
        "subject": {"reference": f"Patient/{thread.patient_id}"},
        "medium": [{"text": str(thread.channel)}],
        "sent": said[0].at.isoformat(),
        "payload": [{"contentString": f"{each.at.isoformat()} {each.who or each.kind}: {each.words}"} for each in said],
    }
