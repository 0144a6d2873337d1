"""The root key in AWS KMS (extra `aws`): wrapped and unwrapped there, never here.

The context travels as KMS *encryption context*, which AWS authenticates and writes to CloudTrail, so it must hold ids
only. Rotation by hand is pointing an alias at a new key: each blob names the key that made it, the older ones are
asked to unwrap what they wrapped. AWS's own automatic rotation happens inside one key and needs nothing from us.
Credentials, region and endpoint come from the usual AWS environment.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, Final, NoReturn

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from keepwell.base.refusal import Refusal

FORMAT: Final = b"\x02"
REFUSED: Final = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})


class AwsKmsRoot:
    """A symmetric KMS key, by key id, ARN or alias."""

    def __init__(self, key: str, *, connect_timeout: float = 2, read_timeout: float = 4, attempts: int = 2) -> None:
        self._key = key
        self._home = ""
        self._client: Any = self._asked(
            lambda: boto3.client(
                "kms",
                config=Config(
                    connect_timeout=connect_timeout,
                    read_timeout=read_timeout,
                    retries={"total_max_attempts": attempts, "mode": "standard"},
                ),
            )
        )

    @classmethod
    def load(cls, where: str) -> AwsKmsRoot:
        """From the part of a spec after `awskms:`."""
        return cls(where)

    @property
    def id(self) -> str:
        return f"awskms:{self._key}"

    def wrap(self, plain: bytes, context: bytes) -> bytes:
        answer = self._asked(
            lambda: self._client.encrypt(
                KeyId=self._key, Plaintext=plain, EncryptionContext=_encryption_context(context)
            )
        )
        arn = str(answer["KeyId"]).encode()
        return FORMAT + len(arn).to_bytes(2, "big") + arn + bytes(answer["CiphertextBlob"])

    def unwrap(self, blob: bytes, context: bytes) -> bytes:
        arn = self.version_of(blob)
        self._home = self._home or self.current()
        if arn != self._home and not self._may_have_been_ours(arn):
            raise Refusal("ROOT_BLOB_REFUSED", why="it names a key that is not ours")
        answer = self._asked(
            lambda: self._client.decrypt(
                KeyId=arn, CiphertextBlob=blob[3 + len(arn) :], EncryptionContext=_encryption_context(context)
            )
        )
        return bytes(answer["Plaintext"])

    def current(self) -> str:
        """The ARN of the key that wraps now. Asked every time: an alias may have been pointed elsewhere."""
        return str(self._asked(lambda: self._client.describe_key(KeyId=self._key))["KeyMetadata"]["Arn"])

    def version_of(self, blob: bytes) -> str:
        length = int.from_bytes(blob[1:3], "big")
        arn = blob[3 : 3 + length]
        if blob[:1] != FORMAT or len(blob) <= 3 + length or not arn.isascii():
            raise Refusal("ROOT_BLOB_REFUSED", why="it was not made by AWS KMS")
        return arn.decode()

    def _may_have_been_ours(self, arn: str) -> bool:
        """An alias may have pointed elsewhere before, within one partition, region and account. A key is itself."""
        return "alias/" in self._key and arn.split(":")[:5] == self._home.split(":")[:5]

    @staticmethod
    def _asked(question: Callable[[], Any]) -> Any:
        """An answer, or a refusal that says which kind of trouble and repeats nothing of what was asked."""
        try:
            return question()
        except ClientError as trouble:
            code = str(trouble.response.get("Error", {}).get("Code", "unknown"))
            if code in REFUSED:
                raise Refusal("ROOT_BLOB_REFUSED", why="it was changed, or belongs to something else") from None
            raise Refusal("ROOT_UNAVAILABLE", why=f"AWS KMS answered {code}") from None
        except BotoCoreError as trouble:
            raise Refusal("ROOT_UNAVAILABLE", why=f"AWS KMS did not answer ({type(trouble).__name__})") from None

    def __repr__(self) -> str:
        return f"<AwsKmsRoot {self._key}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A root key does not travel.")


def _encryption_context(context: bytes) -> dict[str, str]:
    return {"keepwell": base64.b64encode(context).decode()}
