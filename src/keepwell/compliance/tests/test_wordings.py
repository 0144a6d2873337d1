"""The nightly look at published texts: what differs from the log becomes a task, what is as it was takes it away."""

from __future__ import annotations

from uuid import UUID

import psycopg

from keepwell.access import texts
from keepwell.access.tests.consenting import published
from keepwell.access.tests.test_actions import verbs
from keepwell.base.actor import Actor
from keepwell.jobs import schedule
from keepwell.ledger.doorway import present
from keepwell.tasks.models import Task
from tests.browse import ask, text
from tests.cast import Clinic


def open_tasks(clinic: Clinic) -> list[UUID | None]:
    with present(clinic.system):
        rows = Task.objects.filter(kind="consent_text.altered", settled_at=None)
        return [row.origin_id for row in rows if row.role == "privacy_officer" and row.priority == "urgent"]


def test_a_text_changed_behind_every_guard_is_the_privacy_officers_task(
    willow: Clinic, theo: Actor, rig, owner_sql: psycopg.Connection
):
    kept, changed = published(willow, "sms"), published(willow, "email")
    schedule.compare_texts()
    assert "consent_texts.compared" in verbs(willow) and open_tasks(willow) == []
    assert "all are what was published" in text(ask(theo, "/settings/consent-texts/"))
    parts = '[["text", "you owe us"]]'
    with rig.admin(owner_sql.info.dbname) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE access_consenttext SET parts = %s, digest = %s WHERE id = %s",
                      [parts, texts.digest("Texts", [("text", "you owe us")]), changed.id])  # fmt: skip
    assert schedule.compare_texts() >= 1
    assert schedule.compare_texts() >= 1
    assert open_tasks(willow) == [changed.id] != [kept.id]
    assert "is not what was published" in text(ask(theo, "/tasks/?show=pools"))
    assert "1 not what was published" in text(ask(theo, "/settings/consent-texts/"))
    with rig.admin(owner_sql.info.dbname) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE access_consenttext SET parts = %s, digest = %s WHERE id = %s",
                      ['[["text", "May we text you?"]]', changed.digest, changed.id])  # fmt: skip
    schedule.compare_texts()
    assert open_tasks(willow) == []
