"""`keepwell COMMAND …`: finds the command's module by its name, and imports no other."""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from keepwell.base.refusal import Refusal
from keepwell.operations.saying import say

COMMANDS = Path(__file__).parent / "commands"


def names() -> list[str]:
    """Every command there is."""
    return sorted(path.stem.replace("_", "-") for path in COMMANDS.glob("[a-z]*.py"))


def purpose(name: str) -> str:
    """The first line of a command's docstring, read without importing it."""
    source = (COMMANDS / f"{name.replace('-', '_')}.py").read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]


def overview() -> str:
    listed = "\n".join(f"  {name:<14}{purpose(name)}" for name in names())
    return f"usage: keepwell COMMAND [ARGUMENTS]\n\n{listed}\n\n`keepwell COMMAND --help` says more about one."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in ("-h", "--help", "help"):
        sys.stdout.write(overview() + "\n")
        return 0
    name, rest = words[0], words[1:]
    if name not in names():
        say(f"There is no command {name!r}.\n\n{overview()}")
        return 2
    command = import_module(f"keepwell.cli.commands.{name.replace('-', '_')}")
    parser = argparse.ArgumentParser(
        prog=f"keepwell {name}", description=command.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    command.add(parser)
    try:
        return int(command.run(parser.parse_args(rest)) or 0)
    except Refusal as refusal:
        say(f"{refusal.code}: {refusal.message}\n{refusal.next_step}".rstrip())
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
