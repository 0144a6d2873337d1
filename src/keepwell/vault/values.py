"""How Python values become bytes before sealing and come back after opening, by the kind a field declares."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from collections.abc import Callable
from decimal import Decimal
from typing import Any

Kind = type[Any]


class LongText(str):
    """Text long enough to be made smaller before it is sealed: a document, a whole resource."""

    __slots__ = ()


_OUT: dict[Kind, Callable[[Any], bytes]] = {
    str: lambda v: v.encode(),
    LongText: lambda v: zlib.compress(v.encode(), 1),
    bytes: bytes,
    int: lambda v: str(v).encode(),
    float: lambda v: repr(float(v)).encode(),
    bool: lambda v: b"1" if v else b"0",
    Decimal: lambda v: str(v).encode(),
    dt.date: lambda v: v.isoformat().encode(),
    dt.datetime: lambda v: v.isoformat().encode(),
    dict: lambda v: json.dumps(v, separators=(",", ":"), ensure_ascii=False).encode(),
    list: lambda v: json.dumps(v, separators=(",", ":"), ensure_ascii=False).encode(),
}
_BACK: dict[Kind, Callable[[bytes], Any]] = {
    str: lambda b: b.decode(),
    LongText: lambda b: LongText(zlib.decompress(b).decode()),
    bytes: lambda b: b,
    int: int,
    float: float,
    bool: lambda b: b == b"1",
    Decimal: lambda b: Decimal(b.decode()),
    dt.date: lambda b: dt.date.fromisoformat(b.decode()),
    dt.datetime: lambda b: dt.datetime.fromisoformat(b.decode()),
    dict: json.loads,
    list: json.loads,
}


def encode(kind: Kind, value: Any) -> bytes:
    """Bytes of `value`. Raises TypeError if it is not of the declared kind."""
    if not isinstance(value, kind) and not (kind is float and isinstance(value, int)):
        raise TypeError(f"expected {kind.__name__}")
    return _OUT[kind](value)


def decode(kind: Kind, raw: bytes) -> Any:
    return _BACK[kind](raw)


def known(kind: Kind) -> bool:
    return kind in _OUT
