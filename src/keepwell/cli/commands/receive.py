"""Take in what came from outside: an e-mail a mail server pipes in, a fax or voicemail a server saved as a file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from keepwell.base.refusal import Refusal
from keepwell.cli import setup
from keepwell.operations import schema
from keepwell.operations.places import Places
from keepwell.operations.saying import say


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("slug", help="the practice it is for")
    parser.add_argument("what", choices=("email", "fax", "voicemail"))
    parser.add_argument(
        "file", nargs="?", default="-", help="the message (RFC 5322) or document; - reads it from the pipe"
    )
    parser.add_argument("--from", dest="sender", default="", help="a fax or voicemail: the number it came from")
    parser.add_argument(
        "--id", default="", help="a fax or voicemail: the server's own number of it, so it is kept once"
    )
    parser.add_argument("--said", default="", help="a voicemail: a file with what was said, in words")


LATER = 75
"""What mail servers know as "try again later" (EX_TEMPFAIL of sysexits.h): they keep their copy."""
UNAVAILABLE = 503


def run(args: argparse.Namespace) -> int:
    """Nothing of what came is printed; a mail server learns by the exit code whether it may forget its copy.

    Whatever breaks here may pass, so the copy stays where it is: only a named refusal sends it back for good.
    """
    raw = sys.stdin.buffer.read() if args.file == "-" else Path(args.file).read_bytes()
    try:
        return _taken(args, raw)
    except Refusal as refusal:
        if refusal.status != UNAVAILABLE:
            raise
        say(f"{refusal.code}: {refusal.message}")
    except Exception as error:
        say(f"Not kept ({type(error).__name__}). Keep it and try again.")
    return LATER


def _taken(args: argparse.Namespace, raw: bytes) -> int:
    with schema.database_up(Places.here(), say):
        setup.django()
        from keepwell.access import maintenance
        from keepwell.access.actions import system_actor
        from keepwell.base.actor import Purpose
        from keepwell.ledger.doorway import present
        from keepwell.messaging import mail, voicemail
        from keepwell.records import documents
        from keepwell.records.documents import Coming
        from keepwell.records.models import Document

        (practice,) = maintenance.practices(args.slug)[:1]
        with present(system_actor(practice.id, Purpose.TREAT, reason=f"{args.what} came in")) as by:
            if args.what == "email":
                taken = mail.take(raw, by=by)
                say(f"Kept, with {taken.papers} papers. Refused papers: {', '.join(taken.refused) or 'none'}.")
            elif args.what == "voicemail":
                said = Path(args.said).read_text(encoding="utf-8") if args.said else ""
                voicemail.take(voicemail.Call(args.id, args.sender, said, None, lambda: [raw]), by=by)
                say("Kept.")
            else:
                outside = f"fax:{args.id}" if args.id else ""
                documents.take_in(Coming(lambda: [raw], Document.Source.FAX, "", args.sender, outside), by=by)
                say("Kept.")
    return 0
