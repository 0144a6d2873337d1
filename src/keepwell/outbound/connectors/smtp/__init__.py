"""E-mail by SMTP (RFC 5321), over TLS with a verified certificate (RFC 8314, RFC 3207) or not at all."""

from __future__ import annotations

import smtplib
import ssl
from email.errors import MessageError
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

WHOSE, OURS = b"5.1.", (b"5.1.7", b"5.1.8")
"""What is wrong with an address, and with ours among them (RFC 3463 § 3.2)."""


class Smtp(Connector):
    """The practice's own mail server, or one it has an agreement with."""

    name: ClassVar[str] = "smtp"
    channel: ClassVar[Channel] = Channel.EMAIL

    def hand_over(self, parcel: Parcel) -> Outcome:
        to = str(parcel.to)
        if text.email(to) is None or not to.isascii() or not text.one_line(to):
            return Outcome(Fate.REFUSED, "ADDRESS_REFUSED")
        try:
            content = _stuffed(_written(parcel).as_bytes(policy=LINES))
        except (ValueError, TypeError, KeyError, LookupError, MessageError):
            return Outcome(Fate.LATER, "SENDING_BROKE")
        try:
            server = _connected(parcel)
        except (smtplib.SMTPNotSupportedError, ssl.SSLError):
            return Outcome(Fate.LATER, "INSECURE_TRANSPORT")
        except smtplib.SMTPAuthenticationError:
            return Outcome(Fate.LATER, "CARRIER_SIGN_IN")
        except (OSError, ValueError, smtplib.SMTPException):
            return Outcome(Fate.LATER, "CARRIER_AWAY")
        try:
            return _spoken(server, parcel, content)
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
    except (OSError, ValueError, smtplib.SMTPException):
        server.close()
        raise
    return server


def _spoken(server: smtplib.SMTP, parcel: Parcel, content: bytes) -> Outcome:
    """Envelope, then content. Until the content is sent nothing is accepted; from then on only its answer tells."""
    try:
        code, _said = server.mail(str(parcel.secrets["from"]))
        if code // 100 != 2:
            return _later(code, "SENDER_REFUSED")
        code, said = server.rcpt(str(parcel.to))
        if code // 100 != 2:
            return _recipient(code, said)
        code, _said = server.docmd("DATA")
        if code != 354:
            return _later(code, "CARRIER_REFUSES")
    except (OSError, ValueError, smtplib.SMTPException):
        return Outcome(Fate.LATER, "CARRIER_AWAY")
    try:
        server.send(content)
        code, said = server.getreply()
    except (OSError, smtplib.SMTPException):
        return Outcome(Fate.UNKNOWN, "CARRIER_SILENT")
    if code // 100 != 2:
        return _recipient(code, said) if said.startswith(WHOSE) else _later(code, "CARRIER_REFUSES")
    return Outcome(Fate.ACCEPTED, reference=said.decode("ascii", "replace")[:120])


def _recipient(code: int, said: bytes) -> Outcome:
    """Whether this mailbox is refused. Policy, relaying and signing in are about us (RFC 3463 § 3.8, RFC 4954)."""
    if said.startswith(OURS):
        return _later(code, "SENDER_REFUSED")
    if code // 100 != 5 or code in (503, 530) or said.startswith(b"5.7."):
        return _later(code, "CARRIER_REFUSES")
    return Outcome(Fate.REFUSED, "ADDRESS_REFUSED")


def _later(code: int, refused: str) -> Outcome:
    """Not this message's fault: tried again, and shown to a person when it does not get better."""
    return Outcome(Fate.LATER, refused if code // 100 == 5 else "CARRIER_BUSY")


def _written(parcel: Parcel) -> EmailMessage:
    """The message itself (RFC 5322): fixed subject, its own lasting Message-ID, plain text, a letter as PDF."""
    if not text.one_line(parcel.subject + parcel.sender):
        raise ValueError("more than one line")
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
