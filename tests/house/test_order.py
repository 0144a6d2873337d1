"""Rule 7: rows nobody ordered come in no order, so a page that forgets to order shows it in the suite."""

from __future__ import annotations

from keepwell.access.models import Membership
from keepwell.base.actor import Actor
from keepwell.ledger.doorway import present
from tests.cast import Clinic


def test_unordered_rows_come_in_any_order_and_ordered_ones_do_not(
    willow: Clinic, rosa: Actor, imani: Actor, cleo: Actor, bea: Actor, theo: Actor, pat: Actor
):
    with present(willow.system):
        seen = {tuple(Membership.objects.values_list("id", flat=True)) for _ in range(40)}
        told = {tuple(Membership.objects.order_by("id").values_list("id", flat=True)) for _ in range(5)}
    assert len(seen) > 1
    assert len(told) == 1
