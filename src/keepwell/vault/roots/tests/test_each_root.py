"""What only one provider can get wrong, and how a spec names one."""

from __future__ import annotations

import base64
import builtins
import os
import sys
import threading
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from keepwell.base.refusal import Refusal
from keepwell.vault.roots import Root, keyfile, load
from keepwell.vault.roots.aws_kms import AwsKmsRoot
from keepwell.vault.roots.tests.test_every_root import KEY, OAK, WILLOW, refused
from keepwell.vault.roots.tests.transit import Transit
from keepwell.vault.roots.vault_transit import VaultTransitRoot

PATIENCE = 60
"""Seconds after which a call without a timeout is taken to hang; far above every timeout configured here."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    keyfile.create(tmp_path / "root.key")
    return tmp_path / "root.key"


# The key file ---------------------------------------------------------------------------------------------------------


def test_a_new_key_file_is_for_its_owner_only(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["root.key"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o777])
def test_a_key_file_others_can_reach_is_refused(path: Path, mode: int) -> None:
    path.chmod(mode)
    assert refused("ROOT_KEY_EXPOSED", load, f"file:{path}").facts["mode"] == f"{mode:04o}"


def test_a_key_file_exposed_while_we_run_is_refused(path: Path) -> None:
    root = load(f"file:{path}")
    path.chmod(0o644)
    refused("ROOT_KEY_EXPOSED", root.wrap, KEY, WILLOW)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_key_file_of_another_user_is_refused(path: Path) -> None:
    os.chown(path, 12345, 12345)
    refused("ROOT_KEY_EXPOSED", load, f"file:{path}")


def test_a_key_file_is_never_overwritten(path: Path) -> None:
    before = path.read_bytes()
    refused("ROOT_KEY_EXISTS", keyfile.create, path)
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == ["root.key"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "keepwell-root 1 abc\n1 00\n",
        f"keepwell-root 1 {'a' * 32}\n",
        f"1 {'0' * 64}\n",
        "\xff\xfe",
        f"keepwell-root 1 {'a' * 32}\n1 {'0' * 64}\n1 {'1' * 64}\n",
        f"keepwell-root 1 {'a' * 32}\n1 {'0' * 63}\n",
    ],
)
def test_a_file_keepwell_did_not_write_is_refused(path: Path, text: str) -> None:
    path.write_text(text, encoding="latin-1")
    assert text == "" or text.strip() not in str(refused("ROOT_KEY_MALFORMED", load, f"file:{path}"))


def test_a_folder_in_place_of_a_key_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "root.key").mkdir(mode=0o700)
    with pytest.raises(Refusal) as caught:
        load(f"file:{tmp_path / 'root.key'}")
    assert caught.value.code in {"ROOT_KEY_MALFORMED", "ROOT_UNAVAILABLE"}


def test_a_retired_version_opens_nothing_any_more(path: Path) -> None:
    root = load(f"file:{path}")
    old = root.wrap(KEY, WILLOW)
    keyfile.rotate(path)
    new = root.wrap(KEY, WILLOW)
    assert keyfile.retire(path, before=2) == [2]
    assert root.unwrap(new, WILLOW) == KEY
    refused("ROOT_BLOB_REFUSED", root.unwrap, old, WILLOW)


def test_the_newest_version_cannot_be_retired(path: Path) -> None:
    assert keyfile.retire(path, before=99) == [1]


def test_rotations_at_the_same_time_lose_no_version(path: Path) -> None:
    threads = [threading.Thread(target=keyfile.rotate, args=(path,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(keyfile.read(path).keys) == list(range(1, 10))


def test_a_crash_while_rotating_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path.read_bytes()

    def crash(descriptor: int) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(OSError, match="the disk is gone"):
        keyfile.rotate(path)
    assert path.read_bytes() == before


def test_a_ring_shows_no_key(path: Path) -> None:
    ring = keyfile.read(path)
    assert ring.keys[1].hex() not in repr(ring) and repr(ring.keys[1]) not in repr(ring)


# AWS KMS --------------------------------------------------------------------------------------------------------------


def test_a_blob_cannot_send_us_to_a_key_of_another_account(aws: None) -> None:
    with mock_aws():
        key = boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]
        boto3.client("kms").create_alias(AliasName="alias/keepwell", TargetKeyId=key)
        root = load("awskms:alias/keepwell")
        blob = root.wrap(KEY, WILLOW)
        arn = root.version_of(blob)
        foreign = arn.replace(arn.split(":")[4], "999999999999").encode()
        moved = b"\x02" + len(foreign).to_bytes(2, "big") + foreign + blob[3 + len(arn) :]
        assert "not ours" in str(refused("ROOT_BLOB_REFUSED", root.unwrap, moved, WILLOW))


def test_a_kms_key_that_does_not_exist_is_out_of_reach_by_name(aws: None) -> None:
    with mock_aws():
        assert "NotFoundException" in str(refused("ROOT_UNAVAILABLE", load("awskms:alias/none").wrap, KEY, WILLOW))


def test_without_a_region_kms_is_out_of_reach_by_name(
    aws: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    refused("ROOT_UNAVAILABLE", load, "awskms:alias/keepwell")


def test_a_kms_that_never_answers_is_given_up(aws: None, silent_port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", silent_port)
    given_up(AwsKmsRoot("alias/keepwell", connect_timeout=0.3, read_timeout=0.3, attempts=1))


# Vault transit --------------------------------------------------------------------------------------------------------


def test_a_transit_key_that_is_not_derived_is_refused(transit: Transit) -> None:
    refused("ROOT_NOT_DERIVED", load(f"vault:{transit.url}/transit/plain").wrap, KEY, WILLOW)


def test_a_wrong_vault_token_is_out_of_reach_by_name(transit: Transit, monkeypatch: pytest.MonkeyPatch) -> None:
    root = load(f"vault:{transit.url}/transit/keepwell")
    blob = root.wrap(KEY, WILLOW)
    monkeypatch.setenv("VAULT_TOKEN", "expired")
    assert "Forbidden" in str(refused("ROOT_UNAVAILABLE", root.unwrap, blob, WILLOW))


def test_a_renewed_token_in_the_agents_file_is_used(
    transit: Transit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    held = tmp_path / "token"
    monkeypatch.setenv("VAULT_TOKEN_FILE", str(held))
    root = load(f"vault:{transit.url}/transit/keepwell")
    refused("ROOT_UNAVAILABLE", root.wrap, KEY, WILLOW)
    held.write_text("expired\n")
    refused("ROOT_UNAVAILABLE", root.wrap, KEY, WILLOW)
    held.write_text(transit.token + "\n")
    assert root.unwrap(root.wrap(KEY, WILLOW), WILLOW) == KEY


def test_a_version_vault_no_longer_decrypts_is_refused(transit: Transit) -> None:
    root = load(f"vault:{transit.url}/transit/keepwell")
    old = root.wrap(KEY, WILLOW)
    transit.keys["keepwell"].versions.append(os.urandom(32))
    transit.keys["keepwell"].min_decryption_version = 2
    refused("ROOT_BLOB_REFUSED", root.unwrap, old, WILLOW)


def test_a_transit_key_that_does_not_exist_is_out_of_reach_by_name(transit: Transit) -> None:
    assert "InvalidPath" in str(refused("ROOT_UNAVAILABLE", load(f"vault:{transit.url}/transit/none").current))


def test_a_vault_that_never_answers_is_given_up(silent_port: str) -> None:
    given_up(VaultTransitRoot(silent_port, "transit", "keepwell", timeout=(0.3, 0.3)))


def test_the_context_alone_separates_practices_in_vault(transit: Transit) -> None:
    """Were the associated data not sent, derivation would still refuse."""
    root = load(f"vault:{transit.url}/transit/keepwell")
    blob = root.wrap(KEY, WILLOW).decode()
    key = transit.keys["keepwell"]
    with pytest.raises(Exception, match="message authentication failed"):
        key.decrypt({"ciphertext": blob, "context": _b64(OAK), "associated_data": _b64(WILLOW)})
    with pytest.raises(Exception, match="message authentication failed"):
        key.decrypt({"ciphertext": blob, "context": _b64(WILLOW), "associated_data": _b64(OAK)})


# Specs ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "file",
        "file:",
        "gcp:key",
        "/root.key",
        "vault:",
        "vault:host/transit/key",
        "vault:https://host",
        "vault:https://host/key",
        "vault:http://vault.example/transit/key",
        "vault:ftp://127.0.0.1/transit/key",
        "vault:https://me:sesame@host/transit/key",
    ],
)
def test_a_spec_that_names_no_root_is_refused(spec: str) -> None:
    assert "sesame" not in str(refused("ROOT_SPEC_INVALID", load, spec))


@pytest.mark.parametrize(
    ("spec", "module", "extra"),
    [
        ("awskms:alias/keepwell", "boto3", "keepwell[aws]"),
        ("vault:https://host/transit/key", "hvac", "keepwell[vault]"),
    ],
)
def test_a_provider_that_is_not_installed_says_what_to_install(
    spec: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("keepwell.vault.roots.aws_kms", "keepwell.vault.roots.vault_transit"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    real = builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name.split(".")[0] == module:
            raise ModuleNotFoundError(name=module)
        return real(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    assert extra in refused("ROOT_EXTRA_MISSING", load, spec).next_step


def given_up(root: Root) -> None:
    """The call ends, with a name, though nobody ever answers."""
    seen: list[str] = []

    def ask() -> None:
        try:
            root.wrap(KEY, WILLOW)
        except Refusal as refusal:
            seen.append(refusal.code)

    caller = threading.Thread(target=ask, daemon=True)
    caller.start()
    caller.join(PATIENCE)
    assert seen == ["ROOT_UNAVAILABLE"]


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
