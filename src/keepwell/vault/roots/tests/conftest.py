"""Each provider as the suite sees it: a root, a way to rotate it, and ways for it to be out of reach."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import hvac
import pytest
from moto import mock_aws

from keepwell.vault.roots import Root, keyfile, load
from keepwell.vault.roots.aws_kms import AwsKmsRoot
from keepwell.vault.roots.tests.transit import Transit, TransitKey


@dataclass
class Provider:
    """One kind of root under test."""

    root: Root
    rotate: Callable[[], object]
    other: Root
    """Another root of the same kind, with a key of its own."""
    down: Callable[[], Root]
    """A root of this kind whose provider cannot be reached."""


@pytest.fixture
def closed_port() -> str:
    """An address on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@pytest.fixture
def silent_port() -> Iterator[str]:
    """An address that takes the call and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def transit(monkeypatch: pytest.MonkeyPatch) -> Iterator[Transit]:
    monkeypatch.setenv("VAULT_TOKEN", "made-for-this-test")
    keys = {"keepwell": TransitKey(), "other": TransitKey(), "plain": TransitKey(derived=False)}
    with Transit("transit", "made-for-this-test", keys).running() as server:
        yield server


def _file(tmp_path: Path) -> Iterator[Provider]:
    path = tmp_path / "root.key"
    for each in (path, tmp_path / "other.key"):
        keyfile.create(each)

    def gone() -> Root:
        root = load(f"file:{path}")
        path.unlink()
        return root

    yield Provider(load(f"file:{path}"), lambda: keyfile.rotate(path), load(f"file:{tmp_path / 'other.key'}"), gone)


def _aws_kms(closed_port: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    with mock_aws():
        kms = boto3.client("kms")
        first = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName="alias/keepwell", TargetKeyId=first)

        def rotate() -> None:
            kms.update_alias(AliasName="alias/keepwell", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])

        def down() -> Root:
            monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", closed_port)
            return AwsKmsRoot("alias/keepwell", attempts=1)

        other = kms.create_key()["KeyMetadata"]["KeyId"]
        yield Provider(load("awskms:alias/keepwell"), rotate, load(f"awskms:{other}"), down)


def _vault(transit: Transit, closed_port: str) -> Iterator[Provider]:
    operator = hvac.Client(url=transit.url, token=transit.token).secrets.transit
    yield Provider(
        load(f"vault:{transit.url}/transit/keepwell"),
        lambda: operator.rotate_key("keepwell"),
        load(f"vault:{transit.url}/transit/other"),
        lambda: load(f"vault:{closed_port}/transit/keepwell"),
    )


@pytest.fixture(params=["file", "awskms", "vault"])
def provider(request: pytest.FixtureRequest, closed_port: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """Each kind of root in turn."""
    if request.param == "file":
        yield from _file(request.getfixturevalue("tmp_path"))
    elif request.param == "awskms":
        request.getfixturevalue("aws")
        yield from _aws_kms(closed_port, monkeypatch)
    else:
        yield from _vault(request.getfixturevalue("transit"), closed_port)
