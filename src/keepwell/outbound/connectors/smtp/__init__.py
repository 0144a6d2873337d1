"""E-mail by SMTP (RFC 5321), over TLS with a verified certificate (RFC 8314, RFC 3207) or not at all."""

from __future__ import annotations

import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as LINES
from email.utils import format_datetime
from functools import partial
from typing import ClassVar

from keepwell.base import clock, text
from keepwell.base.sending import Channel
from keepwell.outbound.connectors.base import SECONDS, Connector, Fate, Outcome, Parcel

NAMELESS = "[127.0.0.1]"
"""What we greet with (RFC 5321 § 4.1.3): looking up our own name would tell it, and ask the network before the gate."""


class Smtp(Connector):
    """The practice's own mail server, or one it has an agreement with."""

    name: ClassVar[str] = "smtp"
    channel: ClassVar[Channel] = Channel.EMAIL

    def hand_over(self, parcel: Parcel) -> Outcome:
        if text.email(str(parcel.to)) is None or not _one_line(str(parcel.to), parcel.subject, parcel.sender):
            return Outcome(Fate.REFUSED, "ADDRESS_REFUSED")
        try:
            server = _connected(parcel)
        except (smtplib.SMTPNotSupportedError, ssl.SSLError):
            return Outcome(Fate.LATER, "INSECURE_TRANSPORT")
        except smtplib.SMTPAuthenticationError:
            return Outcome(Fate.LATER, "CARRIER_SIGN_IN")
        except (OSError, smtplib.SMTPException):
            return Outcome(Fate.LATER, "CARRIER_AWAY")
        try:
            return _spoken(server, parcel)
        finally:
            server.close()


def _connected(parcel: Parcel) -> smtplib.SMTP:
    """A conversation that is encrypted and with whom it says, or none."""
    s = parcel.secrets
    host, port = str(s["host"]), int(s["port"])
    trusts = ssl.create_default_context(cadata=str(s["authority"]) if s.get("authority") else None)
    trusts.minimum_version = ssl.TLSVersion.TLSv1_2
    kind = partial(smtplib.SMTP_SSL, context=trusts) if s.get("security") == "tls" else smtplib.SMTP
    server = kind(host, port, NAMELESS, timeout=SECONDS)
    try:
        if s.get("security") != "tls":
            server.starttls(context=trusts)
        server.ehlo()
        if s.get("user"):
            server.login(str(s["user"]), str(s["password"]))
    except (OSError, smtplib.SMTPException):
        server.close()
        raise
    return server


def _spoken(server: smtplib.SMTP, parcel: Parcel) -> Outcome:
    """Envelope, then content. Until the content is sent nothing is accepted; from then on only its answer tells."""
    try:
        for code, _said in (
            server.mail(str(parcel.secrets["from"])),
            server.rcpt(str(parcel.to)),
            server.docmd("DATA"),
        ):
            if code // 100 not in (2, 3):
                return _refused(code)
    except (OSError, smtplib.SMTPException):
        return Outcome(Fate.LATER, "CARRIER_AWAY")
    try:
        server.send(_stuffed(_written(parcel).as_bytes(policy=LINES)))
        code, said = server.getreply()
    except (OSError, smtplib.SMTPException):
        return Outcome(Fate.UNKNOWN, "CARRIER_SILENT")
    if code // 100 != 2:
        return _refused(code)
    return Outcome(Fate.ACCEPTED, reference=said.decode("ascii", "replace")[:120])


def _refused(code: int) -> Outcome:
    return Outcome(Fate.REFUSED, "ADDRESS_REFUSED") if code // 100 == 5 else Outcome(Fate.LATER, "CARRIER_BUSY")


def _written(parcel: Parcel) -> EmailMessage:
    """The message itself (RFC 5322): fixed subject, its own lasting Message-ID, plain text, a letter as PDF."""
    mail = EmailMessage()
    mail["From"] = Address(parcel.sender, addr_spec=str(parcel.secrets["from"]))
    mail["To"] = str(parcel.to)
    mail["Subject"] = parcel.subject
    mail["Message-ID"] = parcel.message_id
    mail["Date"] = format_datetime(clock.now())
    mail["Content-Language"] = parcel.language
    mail["Auto-Submitted"] = "auto-generated"
    if parcel.commercial:
        mail["List-Unsubscribe"] = f"<mailto:{parcel.secrets['from']}?subject=STOP>"
    mail.set_content(parcel.text)
    if parcel.pages:
        mail.add_attachment(parcel.pages, maintype="application", subtype="pdf", filename="letter.pdf")
    return mail


def _stuffed(content: bytes) -> bytes:
    """Lines that begin with a dot get another one, and a lone dot ends it (RFC 5321 § 4.5.2)."""
    content = content.replace(b"\r\n.", b"\r\n..")
    content = b"." + content if content.startswith(b".") else content
    return content + (b"" if content.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _one_line(*words: str) -> bool:
    return not any(ord(c) < 32 or ord(c) == 127 for word in words for c in word)
