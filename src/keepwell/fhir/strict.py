"""Strict JSON (RFC 8259): UTF-8 only, no NaN, numbers exact as written, and where each member of an object stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple, Never

from keepwell.base.refusal import Refusal


class Member(NamedTuple):
    """One member of an object: its name, its value, and the text the value was read from."""

    name: str
    value: Any
    text: str


def _no_such_number(_: str) -> Never:
    raise ValueError


_decoder = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_such_number)
_past_space = re.compile(r"[ \t\r\n]*").match


def text(raw: bytes) -> str:
    """The text of UTF-8 bytes."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal("FHIR_NOT_UTF8") from None


def loads(raw: bytes) -> Any:
    """The value of a whole JSON text."""
    whole = text(raw)
    try:
        value = _decoder.decode(whole)
    except (ValueError, RecursionError):
        raise Refusal("FHIR_NOT_JSON") from None
    _whole_characters(whole, value)
    return value


def members(raw: bytes) -> dict[str, Member]:
    """The members of a JSON object by name. One name twice is refused: two readers could see two things."""
    whole = text(raw)
    found: dict[str, Member] = {}
    try:
        for member in _walk(whole):
            if member.name in found:
                raise Refusal("FHIR_NOT_JSON")
            found[member.name] = member
    except (ValueError, RecursionError, IndexError):
        raise Refusal("FHIR_NOT_JSON") from None
    _whole_characters(whole, [member.value for member in found.values()])
    return found


def _walk(whole: str) -> Iterator[Member]:
    at = _expect(whole, 0, "{")
    while whole[at] != "}":
        if whole[at] != '"':
            raise ValueError
        name, end = _decoder.raw_decode(whole, at)
        at = _expect(whole, _skip(whole, end), ":")
        value, end = _decoder.raw_decode(whole, at)
        yield Member(name, value, whole[at:end])
        at = _skip(whole, end)
        if whole[at] == "}":
            return
        at = _expect(whole, at, ",")
        if whole[at] == "}":
            raise ValueError


def _skip(whole: str, at: int) -> int:
    match = _past_space(whole, at)
    return match.end() if match else at


def _expect(whole: str, at: int, character: str) -> int:
    if whole[at] != character:
        raise ValueError
    return _skip(whole, at + 1)


def _whole_characters(whole: str, value: Any) -> None:
    r"""Half a character written as \ud800 is no text: nothing could be made of it later."""
    if "\\u" not in whole:
        return
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode("utf-8")
    except UnicodeEncodeError:
        raise Refusal("FHIR_NOT_UTF8") from None
