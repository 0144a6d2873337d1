"""SealedField: the model column for everything identifying, contact, coverage, clinical or free text."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Never, TypeVar

from django.db import models

from keepwell.vault import values
from keepwell.vault.phi import PhiClass
from keepwell.vault.sealed import Sealed, StillSealed

Sealer = Callable[[models.Model, "SealedField[Any, Any]", bytes | None], bytes | None]
sealer: ContextVar[Sealer | None] = ContextVar("sealer", default=None)
"""What turns plain bytes into ciphertext; set only while an action runs."""

if TYPE_CHECKING:
    _Set = TypeVar("_Set", contravariant=True)
    _Get = TypeVar("_Get", covariant=True)

    class _Base(models.Field[_Set, _Get]):
        """What a type checker sees: plain values go in, `Sealed` comes out."""

        _pyi_private_set_type: Any
        _pyi_private_get_type: Sealed

else:
    _Set = _Get = Any
    _Base = {(Any, Any): models.Field}


class SealedField(_Base[_Set, _Get]):
    """A value at rest under the subject's key for its class. Loads as `Sealed`; takes a plain value inside an action.

    `kind` is the Python type an excerpt gets back (str, date, int, float, bool, Decimal, dict, list …).
    """

    def __init__(self, *args: Any, phi: PhiClass, kind: type[Any] = str, **options: Any) -> None:
        if not values.known(kind):
            raise TypeError(f"a SealedField cannot hold {kind!r}")
        self.phi = phi
        self.kind = kind
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, options | {"phi": self.phi, "kind": self.kind}

    def db_type(self, connection: Any) -> str:
        return "bytea"

    @property
    def label(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(bytes(value), self.label, self.phi)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = getattr(model_instance, self.attname)
        if isinstance(value, Sealed) or (value is None and add):
            return value
        seal = sealer.get()
        if seal is None:
            raise StillSealed(f"{self.label} can only be written inside an action")
        blob = seal(model_instance, self, None if value is None else values.encode(self.kind, value))
        if blob is None:
            return None
        sealed = Sealed(blob, self.label, self.phi)
        setattr(model_instance, self.attname, sealed)
        return sealed

    def get_db_prep_save(self, value: Any, connection: Any) -> bytes | None:
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise StillSealed(f"{self.label}: a plain value may not reach the database")
        return value.blob

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise StillSealed(f"{self.label} is sealed; find people by the patient index")

    def get_transform(self, lookup_name: str) -> Never:
        raise StillSealed(f"{self.label} is sealed; find people by the patient index")

    def value_to_string(self, obj: Any) -> Never:
        raise StillSealed(f"{self.label} is sealed and does not serialise")
