"""This process's own database, and the environment that points Keepwell's settings at it."""

from __future__ import annotations

import os

from tests.rig.server import PREFIX, Server

server = Server()
server.places.make()

# The process id tells parallel workers and parallel runs apart, and a run that was killed from one that lives.
database = f"{PREFIX}{os.getpid()}"
os.environ.update(server.environment(database))
