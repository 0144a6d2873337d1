"""Dispatchers to be killed. This process is ready once, and forks a dispatcher for every line it is sent.

Run as `python -m keepwell.outbound.tests.killable PRACTICE`. For each line on its input it forks, says the child's id,
waits for the child's end, and says how it ended. The child is killed from outside, with SIGKILL, wherever it is.
"""

from __future__ import annotations

import os
import sys
from uuid import UUID

import django
from django.db import connections


def main() -> None:
    django.setup()
    from keepwell.outbound import dispatch

    practice = UUID(sys.argv[1])
    dispatch.practice(practice)
    connections.close_all()
    say("ready")
    for _line in sys.stdin:
        child = os.fork()
        if child == 0:
            dispatch.practice(practice)
            os._exit(0)
        say(str(child))
        say(str(os.waitpid(child, 0)[1]))


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
