"""Carriers that run inside a test: a mail server with TLS, and one that is spoken to over HTTPS. Real sockets both."""

from __future__ import annotations

import asyncio
import datetime as dt
import http.server
import ipaddress
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificate:
    """A certificate for localhost, and the authority that vouches for it."""

    file: Path
    authority: str

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file)
        return context


@cache
def certificate(name: str) -> Certificate:
    """Made once; `name` is whom it names."""
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = (
        [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        if name == "localhost"
        else [x509.DNSName(name)]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    text = made.public_bytes(serialization.Encoding.PEM).decode()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = Path(mkdtemp(prefix="keepwell-test-")) / "server.pem"
    file.write_bytes(text.encode() + private)
    return Certificate(file, text)


@dataclass
class Mailbox:
    """What a mail server was given. `answers` may refuse; `silent` takes the mail and never says so."""

    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    answer: str = "250 taken"
    rcpt: str = "250 OK"
    sender: str = "250 OK"
    silent: bool = False
    delay: float = 0.0

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.sender.startswith("250"):
            envelope.mail_from = address
        return self.sender

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.silent:
            server.transport.abort()
        return self.answer

    def secrets(self, **more: Any) -> dict[str, Any]:
        given = {"host": "localhost", "port": str(self.port), "security": "starttls", "from": "clinic@willow.example"}
        return given | {"authority": certificate("localhost").authority} | more


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def mail(*, tls: bool = True, name: str = "localhost") -> Iterator[Mailbox]:
    """A mail server on this machine, for as long as the test."""
    box = Mailbox()
    options: dict[str, Any] = {"tls_context": certificate(name).context(), "require_starttls": True} if tls else {}
    box.port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=box.port, **options)
    controller.start()
    try:
        yield box
    finally:
        controller.stop(no_assert=True)


@dataclass
class Desk:
    """What an HTTPS carrier was sent, and what it answers: (status, JSON), None for no answer at all."""

    url: str = ""
    taken: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answer: Callable[[int], tuple[int, dict[str, Any]] | None] = lambda number: (
        201,
        {"sid": f"SM{number}", "data": {"id": number}},
    )
    headers: dict[str, str] = field(default_factory=dict)
    files: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    """What lies where: status, headers, content."""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    trickles: str = ""
    """What comes byte by byte: its "head" or its "body"."""

    def secrets(self, **more: Any) -> dict[str, Any]:
        given = {
            "url": self.url,
            "user": "AC1",
            "password": "token",
            "from": "+16175550100",
            "networks": "127.0.0.0/8, ::1/128",
        }
        return given | {"authority": certificate("localhost").authority} | more


@contextmanager
def https() -> Iterator[Desk]:
    """An HTTPS server on this machine."""
    desk = Desk()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            desk.taken.append((self.path, dict(self.headers), body))
            said = desk.answer(len(desk.taken))
            if said is None:
                self.connection.close()
                return
            self.send_response(said[0])
            for name, value in desk.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(json.dumps(said[1]).encode())

        def do_GET(self) -> None:
            desk.asked.append((self.path, dict(self.headers)))
            status, more, body = desk.files.get(self.path, (404, {}, b""))
            if desk.trickles == "head":
                self._trickle(b"HTTP/1.0 200 OK\r\nX-Slow: " + b"x" * 100)
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.end_headers()
            self._trickle(body) if desk.trickles else self.wfile.write(body)

        def _trickle(self, content: bytes) -> None:
            for at in range(len(content)):
                self.wfile.write(content[at : at + 1])
                time.sleep(0.05)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = certificate("localhost").context().wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    desk.url = f"https://localhost:{server.server_port}"
    try:
        yield desk
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
