"""Folders, secrets and addresses of an installation."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from keepwell.base.refusal import Refusal
from keepwell.operations import osuser, postgres
from keepwell.operations.addresses import address, embedded, password_of, without_password
from keepwell.operations.pgfiles import SUPERUSER
from keepwell.operations.places import APPLICATION, OWNER, SECRETS, SEQUENCER, Places
from keepwell.operations.postgres import Cluster


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(home=tmp_path / "home", keys=tmp_path / "keys")


def test_every_secret_is_made_once_long_and_for_nobody_else(places: Places):
    places.make()
    made = {name: places.secret(name) for name in SECRETS} | {"root.key": places.secret("root.key")}
    places.make()
    assert {name: places.secret(name) for name in made} == made
    assert min(map(len, made.values())) >= 32
    assert len(set(made.values())) == len(made)
    assert {stat.S_IMODE((places.keys / name).stat().st_mode) for name in made} == {0o600}
    assert stat.S_IMODE(places.keys.stat().st_mode) == 0o700


def test_two_makers_at_once_agree_on_every_secret(places: Places):
    script = (
        "import sys; from pathlib import Path; from keepwell.operations.places import *\n"
        "p = Places(Path(sys.argv[1]), Path(sys.argv[2])); p.make()\n"
        "print([p.secret(n) for n in (*SECRETS, 'root.key')])"
    )
    command = [sys.executable, "-c", script, str(places.home), str(places.keys)]
    makers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert len({maker.communicate()[0] for maker in makers}) == 1
    assert {path.name for path in places.keys.iterdir()} == {*SECRETS, "root.key"}


def test_no_root_key_is_made_for_an_installation_that_keeps_it_elsewhere(places: Places, monkeypatch):
    monkeypatch.setenv("KEEPWELL_ROOT", "awskms:alias/keepwell")
    places.make()
    assert not (places.keys / "root.key").exists()


def test_a_secret_that_is_not_there_is_refused_by_name(places: Places):
    with pytest.raises(Refusal) as refused:
        places.secret("app.password")
    assert (refused.value.code, refused.value.facts["name"]) == ("SECRET_MISSING", "app.password")


def test_keys_are_outside_the_home_unless_somebody_says_otherwise():
    here = Places.here({"KEEPWELL_HOME": "/srv/keepwell", "HOME": "/home/ada"})
    assert here.home == Path("/srv/keepwell")
    assert not here.keys.is_relative_to(here.home)
    other = Places.here({"KEEPWELL_HOME": "/srv/other"})
    assert here.keys != other.keys
    assert Places.here({"KEEPWELL_KEYS": "/etc/keepwell", "KEEPWELL_HOME": "/srv"}).keys == Path("/etc/keepwell")


def test_the_embedded_server_is_used_unless_another_is_named(places: Places):
    places.make()
    assert embedded({})
    assert not embedded({"DATABASE_URL": "postgresql://db.example/keepwell"})
    assert password_of(address(APPLICATION, places, {})) == places.secret("app.password")
    assert password_of(address(SEQUENCER, places, {})) == places.secret("sequencer.password")
    assert password_of(address(OWNER, places, {})) is None
    assert "/postgres?" in address(SUPERUSER, places, {})


def test_of_another_server_the_sequencers_address_follows_from_the_applications(places: Places):
    places.make()
    given = {"DATABASE_URL": "postgresql://keepwell_app:pw@db.example:6432/clinic?sslmode=verify-full"}
    assert address(SEQUENCER, places, given) == (
        f"postgresql://keepwell_sequencer:{places.secret('sequencer.password')}@db.example:6432/clinic?sslmode=verify-full"
    )


def test_an_administrator_acts_as_the_owner_so_that_what_it_makes_belongs_to_the_owner(places: Places):
    given = {
        "DATABASE_URL": "postgresql://keepwell_app:pw@db.example/clinic",
        "KEEPWELL_OWNER_DATABASE_URL": "postgresql://admin:pw@db.example/postgres",
    }
    assert address(SUPERUSER, places, given) == given["KEEPWELL_OWNER_DATABASE_URL"]
    assert address(OWNER, places, given).endswith("/clinic?options=-c%20role%3Dkeepwell_owner")
    given["KEEPWELL_OWNER_DATABASE_URL"] = "postgresql://keepwell_owner:pw@db.example/clinic"
    assert address(OWNER, places, given) == given["KEEPWELL_OWNER_DATABASE_URL"]


def test_the_owners_address_is_asked_for_when_it_is_needed_and_missing(places: Places):
    with pytest.raises(Refusal) as refused:
        address(OWNER, places, {"DATABASE_URL": "postgresql://db.example/keepwell"})
    assert refused.value.code == "ADDRESS_MISSING"


def test_an_address_can_be_shown_without_its_password():
    assert without_password("postgresql://a:p%40ss@h/d") == "postgresql://a:***@h/d"
    assert without_password("postgresql://a@h/d") == "postgresql://a@h/d"


def test_without_any_postgresql_it_says_so(monkeypatch):
    monkeypatch.delenv("KEEPWELL_PG_BIN", raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(Refusal) as refused:
        postgres.programs()
    assert refused.value.code == "NO_POSTGRES"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_named_programs_that_the_server_cannot_run_are_refused(folder: Path, monkeypatch):
    (folder / "bin").mkdir(mode=0o700)
    monkeypatch.setenv("KEEPWELL_PG_BIN", str(folder / "bin"))
    cluster = Cluster(Places(home=folder / "home", keys=folder / "keys"))
    cluster.places.make()
    with pytest.raises(Refusal) as refused:
        _ = cluster.binaries
    assert refused.value.code == "PROGRAMS_OUT_OF_REACH"


def test_a_machine_without_any_user_for_the_server_is_told_how_to_make_one(monkeypatch):
    monkeypatch.setattr(osuser, "_named", lambda name: None)
    monkeypatch.setattr("shutil.which", lambda name, path: None)
    with pytest.raises(Refusal) as refused:
        osuser.unprivileged(["keepwell-pg"])
    assert refused.value.code == "NO_SERVER_USER"
