"""What every root key provider must do, asked of each in the same words."""

from __future__ import annotations

import pickle
import traceback

import pytest

from keepwell.base.refusal import Refusal
from keepwell.vault.roots.tests.conftest import Provider

KEY = bytes(range(32))
WILLOW, OAK = b"practice willow, key 1", b"practice oak, key 1"


def refused(code: str, do: object, *with_: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        do(*with_)  # type: ignore[operator]
    assert caught.value.code == code
    return caught.value


def test_what_is_wrapped_unwraps(provider: Provider) -> None:
    blob = provider.root.wrap(KEY, WILLOW)
    assert provider.root.unwrap(blob, WILLOW) == KEY
    assert KEY not in blob


def test_two_wraps_of_one_key_differ(provider: Provider) -> None:
    assert provider.root.wrap(KEY, WILLOW) != provider.root.wrap(KEY, WILLOW)


@pytest.mark.parametrize("context", [OAK, b"", WILLOW + b"\0", WILLOW[:-1]])
def test_another_context_is_refused(provider: Provider, context: bytes) -> None:
    refused("ROOT_BLOB_REFUSED", provider.root.unwrap, provider.root.wrap(KEY, WILLOW), context)


def test_another_roots_blob_is_not_opened(provider: Provider) -> None:
    blob = provider.root.wrap(KEY, WILLOW)
    with pytest.raises(Refusal):
        assert provider.other.unwrap(blob, WILLOW) is None


def test_a_tampered_blob_is_refused(provider: Provider) -> None:
    blob = provider.root.wrap(KEY, WILLOW)
    tail = bytes([blob[-9] ^ 1])
    refused("ROOT_BLOB_REFUSED", provider.root.unwrap, blob[:-9] + tail + blob[-8:], WILLOW)


def test_no_bit_of_a_blob_can_be_changed(provider: Provider) -> None:
    blob = provider.root.wrap(KEY, WILLOW)
    for at in range(len(blob)):
        changed = blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :]
        with pytest.raises(Refusal):
            assert provider.root.unwrap(changed, WILLOW) is None


@pytest.mark.parametrize("blob", [b"", b"\x01", b"\x02", b"\x02\xff\xff", b"vault:v1:", b"\x00" * 64, b"\xff" * 200])
def test_what_no_root_made_is_refused(provider: Provider, blob: bytes) -> None:
    refused("ROOT_BLOB_REFUSED", provider.root.unwrap, blob, WILLOW)


def test_a_truncated_blob_is_refused(provider: Provider) -> None:
    blob = provider.root.wrap(KEY, WILLOW)
    refused("ROOT_BLOB_REFUSED", provider.root.unwrap, blob[:-4], WILLOW)


def test_after_a_rotation_old_blobs_unwrap_and_new_ones_name_the_new_version(provider: Provider) -> None:
    before, old = provider.root.current(), provider.root.wrap(KEY, WILLOW)
    provider.rotate()
    new = provider.root.wrap(KEY, WILLOW)
    assert provider.root.version_of(old) == before != provider.root.current() == provider.root.version_of(new)
    assert provider.root.unwrap(old, WILLOW) == provider.root.unwrap(new, WILLOW) == KEY


def test_the_id_survives_a_rotation_and_differs_between_roots(provider: Provider) -> None:
    before = provider.root.id
    provider.rotate()
    provider.root.wrap(KEY, WILLOW)
    assert provider.root.id == before != provider.other.id


def test_a_provider_that_is_down_is_a_refusal_with_a_name(provider: Provider) -> None:
    blob, root = provider.root.wrap(KEY, WILLOW), provider.down()
    assert refused("ROOT_UNAVAILABLE", root.wrap, KEY, WILLOW).status == 503
    refused("ROOT_UNAVAILABLE", root.unwrap, blob, WILLOW)
    refused("ROOT_UNAVAILABLE", root.current)


def test_refusals_and_names_show_no_key(provider: Provider) -> None:
    blob = provider.root.wrap(KEY, WILLOW)
    secrets = (KEY.hex(), repr(KEY)[2:-1], repr(blob)[2:-1])
    refusal = refused("ROOT_BLOB_REFUSED", provider.root.unwrap, blob, OAK)
    assert refusal.__suppress_context__ or refusal.__context__ is None
    told = "".join(traceback.format_exception(refusal)) + str(refusal) + repr(refusal.facts)
    told += repr(provider.root) + str(provider.root) + provider.root.id
    assert not any(secret in told for secret in secrets)


def test_a_root_does_not_pickle(provider: Provider) -> None:
    with pytest.raises(TypeError):
        pickle.dumps(provider.root)
