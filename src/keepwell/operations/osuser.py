"""The operating-system user that runs the database server. PostgreSQL refuses to run as root, rightly."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from keepwell.base.refusal import Refusal

OUR_OWN = "keepwell-pg"
SYSTEM_USERS = (OUR_OWN, "postgres")

Entry = pwd.struct_passwd


def me() -> Entry:
    return pwd.getpwuid(os.geteuid())


def server_user(data: Path) -> Entry:
    """Whoever owns the data already; else us; else, when we are root, an unprivileged system user."""
    if data.exists():
        owner = pwd.getpwuid(data.stat().st_uid)
        if os.geteuid() not in (0, owner.pw_uid):
            raise Refusal("DATA_OF_ANOTHER", user=owner.pw_name, folder=data)
        return owner
    return me() if os.geteuid() != 0 else unprivileged(SYSTEM_USERS)


def unprivileged(names: Sequence[str]) -> Entry:
    """A system user for the server: one that exists, else one made for it, else `nobody` (doctor then warns)."""
    for name in names:
        if (found := _named(name)) is not None:
            return found
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd:
        subprocess.run([useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", OUR_OWN], check=False)
    made = _named(OUR_OWN) or _named("nobody")
    if made is None:
        raise Refusal("NO_SERVER_USER", wanted=OUR_OWN)
    return made


def _named(name: str) -> Entry | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def run_as(user: Entry, command: Sequence[str | Path]) -> tuple[int, str]:
    """Run `command` as `user`, with nothing of our environment; its exit code and everything it printed.

    A file takes the output because a server that stays behind would hold a pipe open for ever.
    """
    other = user.pw_uid != os.geteuid()
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd="/", umask=0o077, check=False,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            user=user.pw_uid if other else None, group=user.pw_gid if other else None,
            extra_groups=[] if other else None,
        )  # fmt: skip
        output.seek(0)
        return done.returncode, output.read().decode("utf-8", "replace")


def may_enter(user: Entry, path: Path) -> bool:
    """Whether `user` can reach and search the folder (or run the file) at `path`. The kernel answers, not a guess."""
    return run_as(user, ["/bin/sh", "-c", 'test -x "$1"', "sh", path])[0] == 0


def hand_over(path: Path, user: Entry) -> Path:
    """A folder only `user` can enter, theirs. It must not exist yet as something else."""
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not path.is_dir() or path.is_symlink() or found.st_uid not in (user.pw_uid, os.geteuid()):
        raise Refusal("FOLDER_TAKEN", folder=path)
    if found.st_uid != user.pw_uid:
        os.chown(path, user.pw_uid, user.pw_gid)
    if found.st_mode & 0o077:
        path.chmod(0o700)
    return path
