"""Whether a port of this machine can be had. Nothing is sent anywhere."""

from __future__ import annotations

import errno
import socket  # noqa: TID251 - binds a port of this machine, connects to nothing

from keepwell.base.refusal import Refusal


def must_be_free(host: str, port: int) -> None:
    """Raises Refusal PORT_TAKEN when something else serves there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host.strip("[]"), port))
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL):
                raise
            raise Refusal("PORT_TAKEN", host=host, port=port) from error


def free_port() -> int:
    """A port of this machine that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
