"""Faxes by HTTPS: a PDF that begins with a cover sheet, in the way of the usual fax carriers (multipart form)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from keepwell.base.sending import Channel
from keepwell.outbound.connectors import answers
from keepwell.outbound.connectors.base import Brought, Connector, Outcome, Parcel, Receiver
from keepwell.vault.uploads import Spool


class Fax(Connector):
    """A carrier of faxes."""

    name: ClassVar[str] = "fax"
    channel: ClassVar[Channel] = Channel.FAX

    def hand_over(self, parcel: Parcel) -> Outcome:
        s = parcel.secrets
        edge = f"keepwell-{parcel.message.hex}"
        fields = {"to": str(parcel.to), "caller_id": str(s.get("from", "")), "callback_url": parcel.callback}
        headers = {
            "Authorization": answers.basic(s["user"], s["password"]),
            "Content-Type": f"multipart/form-data; boundary={edge}",
            "Idempotency-Key": parcel.message.hex,
        }
        body = _form(edge, {k: v for k, v in fields.items() if v}, parcel.pages)
        outcome, answer = answers.posted(parcel, f"{str(s['url']).rstrip('/')}/faxes", body, headers)
        return answers.taken(outcome, answer, "data", "id")


class FaxesIn(Receiver):
    """Faxes that came in: the file with the call (multipart), or an address at the carrier's where it lies."""

    name: ClassVar[str] = "fax"
    channel: ClassVar[Channel] = Channel.FAX

    def brought(self, fields: Mapping[str, str], *, with_file: bool) -> Brought | None:
        said = dict(fields) | answers.inside(fields.get("fax", ""))
        url = str(said.get("MediaUrl") or said.get("media_url") or "")
        received = "received" in (said.get("direction"), said.get("FaxStatus"))
        reference = str(said.get("FaxSid") or said.get("id") or "")
        if not received or not reference or not (with_file or url):
            return None
        return Brought(reference, str(said.get("from_number") or said.get("From") or ""), "" if with_file else url)

    def fetched(self, url: str, secrets: Mapping[str, Any], most: int) -> Spool:
        return answers.fetched(url, secrets, most)


def _form(edge: str, fields: dict[str, str], pages: bytes) -> bytes:
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="fax.pdf"\r\n'
    return b"".join(
        [*parts, head.encode(), b"Content-Type: application/pdf\r\n\r\n", pages, f"\r\n--{edge}--\r\n".encode()]
    )
