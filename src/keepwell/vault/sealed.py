"""A protected value at rest: ciphertext that knows its own place and refuses every use."""

from __future__ import annotations

from typing import Any, Never

from keepwell.vault.phi import PhiClass


class StillSealed(TypeError):
    """Somebody tried to use a protected value without opening the chart."""


class Sealed:
    """What a SealedField loads as. No crypto here and no keys; only `charts.open` can read it."""

    __slots__ = ("blob", "label", "phi")

    def __init__(self, blob: bytes, label: str, phi: PhiClass) -> None:
        self.blob = blob
        self.label = label
        self.phi = phi

    def __repr__(self) -> str:
        return f"<sealed {self.label}>"

    def _refuse(self, *_: Any, **__: Any) -> Never:
        raise StillSealed(f"{self.label} is sealed; read it through charts.open()")

    __str__ = __format__ = __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __bool__ = __len__ = __iter__ = __contains__ = __getitem__ = __add__ = __radd__ = __mod__ = _refuse
    __html__ = __int__ = __float__ = __bytes__ = __call__ = _refuse
    __hash__ = None  # type: ignore[assignment]
    __reduce__ = __reduce_ex__ = __copy__ = __deepcopy__ = _refuse
