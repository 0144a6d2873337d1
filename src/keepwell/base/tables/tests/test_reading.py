"""Lists in the shapes systems really write them, and files that are no lists."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepwell.base.refusal import Refusal
from keepwell.base.tables import reading, shapes, workbook
from keepwell.base.tables.matching import Field, Matcher
from keepwell.base.tables.reading import read
from keepwell.base.tables.writing import bare, safe, write

MATCHER = Matcher(
    [
        Field("given", "Given", ("first name", "nombre")),
        Field("family", "Family", ("last name", "apellidos")),
        Field("born", "Born", ("dob", "date of birth", "fecha de nacimiento")),
        Field("phone", "Phone", ("phone", "telefono")),
    ]
)


def table(raw: bytes) -> shapes.Table:
    return read(io.BytesIO(raw), MATCHER.known)


def cells(raw: bytes) -> list[list[str]]:
    return [row.cells for row in table(raw).rows]


def book(*rows: list[Any], formats: dict[str, str] | None = None) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for at, shown in (formats or {}).items():
        sheet[at].number_format = shown
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def refused(raw: bytes) -> str:
    with pytest.raises(Refusal) as caught:
        list(table(raw).rows)
    return caught.value.code


HEAD = "First Name,Last Name,DOB,Phone"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_read_in_every_encoding_and_is_no_guess(encoding: str):
    found = table(f"{HEAD}\nJosé,Núñez,1/2/1970,617\nŁukasz,Nowak,1/2/1980,617\n".encode(encoding))
    assert [row.cells[0] for row in found.rows] == ["José", "Łukasz"]
    assert not found.shape.guessed


def test_windows_1252_is_a_guess_that_is_told():
    found = table(f"{HEAD}\nJosé,Núñez,1/2/1970,617\n".encode("cp1252"))
    assert (found.shape.encoding, found.shape.guessed) == ("cp1252", True)
    assert next(iter(found.rows)).cells[:2] == ["José", "Núñez"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_delimiter_is_found(delimiter: str):
    raw = f"{HEAD}\nAda,Lovelace,12/10/1985,617\n".replace(",", delimiter).encode()
    assert cells(raw) == [["Ada", "Lovelace", "12/10/1985", "617"]]


def test_newlines_and_delimiters_inside_quotes_belong_to_the_cell():
    assert cells(f'{HEAD}\n"Ada","Love\nlace, Countess",1/2/1970,617\n'.encode())[0][1] == "Love\nlace, Countess"


def test_titles_above_the_headers_are_left_out_and_counted():
    found = table(f"Patient list,,,\n\nPrinted 11/22/2026,,,\n{HEAD}\nAda,Lovelace,1/2/1970,617\n".encode())
    assert found.shape.above == 3
    assert found.headers == ("First Name", "Last Name", "DOB", "Phone")
    assert [row.number for row in found.rows] == [5]


def test_headers_that_are_empty_or_twice_get_names_of_their_own():
    assert table(b"First Name,,Phone,Phone,DOB\nAda,x,1,2,3\n").headers == (
        "First Name",
        "Column 2",
        "Phone",
        "Phone (2)",
        "DOB",
    )


def test_short_rows_are_filled_and_long_ones_marked():
    first, second = table(f"{HEAD}\nAda,Lovelace\nBo,Li,1/2/1970,617,extra\n".encode()).rows
    assert first.cells == ["Ada", "Lovelace", "", ""]
    assert (first.long, second.long) == (False, True)


def test_a_workbook_gives_dates_numbers_and_zeros_as_people_see_them():
    raw = book(
        ["First Name", "Last Name", "DOB", "Phone", "Zip"],
        ["Ada", "Lovelace", dt.date(1985, 12, 10), 6175550143.0, 2139],
        ["Bo", "Li", dt.date(2018, 6, 7), "617", "=1+1"],
        formats={"E2": "00000"},
    )
    assert cells(raw)[0] == ["Ada", "Lovelace", "1985-12-10", "6175550143", "02139"]
    assert cells(raw)[1][4] == "", "a formula that was never computed has no value, and is never computed here"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "TABLE_EMPTY"),
        (b"\n\n", "TABLE_EMPTY"),
        (b"Ada,Lovelace,12/10/1985,617-555-0143\n", "TABLE_NO_HEADER"),
        (workbook.OLE + bytes(600), "FILE_OLD_EXCEL"),
        (workbook.OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "FILE_ENCRYPTED"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "FILE_NOT_TABLE"),
        (b"%PDF-1.7\n\x81\x8d\x01\x02\x03\x04\x05\n", "FILE_NOT_TABLE"),
        (b"PK\x03\x04 not a zip", "FILE_NOT_TABLE"),
        (",".join(f"h{n}" for n in range(201)).encode() + b"\n", "TABLE_TOO_WIDE"),
    ],
)
def test_what_is_no_list_is_refused_by_name(raw: bytes, code: str):
    assert refused(raw) == code


def packed(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workbook, "MOST_UNPACKED", 50_000_000)
    raw = packed(xl__workbook_dot_xml=b"<x/>", xl__sharedStrings_dot_xml=bytes(60_000_000))
    assert len(raw) < 100_000
    assert refused(raw) == "FILE_SWELLS"


def test_an_xml_bomb_is_refused():
    raw = book(["First Name", "Last Name"], ["Ada", "Lovelace"])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            if member == "xl/worksheets/sheet1.xml":
                entities = b'<!DOCTYPE worksheet [<!ENTITY b "boom"><!ENTITY c "&b;&b;&b;">]>'
                content = entities + content[content.index(b"<worksheet") :].replace(b"Ada", b"&c;")
            new.writestr(member, content)
    assert openpyxl.DEFUSEDXML
    assert refused(out.getvalue()) == "FILE_NOT_TABLE"


def test_an_archive_with_a_password_and_a_binary_workbook_are_told_apart():
    raw = bytearray(packed(xl__workbook_dot_xml=b"<x/>"))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + at] |= 1
    assert refused(bytes(raw)) == "FILE_ENCRYPTED"
    assert refused(packed(xl__workbook_dot_bin=b"x")) == "FILE_OLD_EXCEL"
    assert refused(packed(word__document_dot_xml=b"<x/>")) == "FILE_NOT_TABLE"


def test_more_than_is_taken_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading, "MOST_BYTES", 40)
    assert refused(b"First Name,Last Name\n" + b"Ada,Lovelace\n" * 9) == "FILE_TOO_LARGE"
    monkeypatch.undo()
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    assert refused(b"First Name,Last Name\n" + b"Ada,Lovelace\n" * 9) == "TABLE_TOO_LONG"


def test_columns_are_guessed_once_each_surest_first():
    headers = ["Patient First Name", "PatientLastName", "Fecha de Nacimiento", "Phone", "Phone (2)", "Notes"]
    assert MATCHER.guess(headers) == ("given", "family", "born", "phone", "", "")


@pytest.mark.parametrize("cell", ["=1+1", "+1 617", "-2", "@SUM(A1)", "\t=1", " =1", "'=1"])
def test_no_cell_that_goes_out_begins_like_a_formula(cell: str):
    out = list(csv.reader(io.StringIO(write(["h"], [[cell]]).decode("utf-8-sig"), newline="")))
    assert out[1][0].startswith("'")
    assert bare(out[1][0]) == cell


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@given(TEXT)
def test_what_was_made_safe_comes_back_as_it_was(cell: str):
    assert bare(safe(cell)) == cell or cell == bare(cell) == safe(cell)


@given(st.lists(st.lists(TEXT, min_size=3, max_size=3), min_size=1, max_size=8))
def test_what_is_written_is_read_again(rows: list[list[str]]):
    kept = [[bare(cell.strip()) for cell in row] for row in rows]
    kept = [row for row in kept if any(row)]
    found = table(write(["First Name", "Last Name", "Notes"], kept or [["Ada", "", ""]]))
    assert found.headers == ("First Name", "Last Name", "Notes")
    assert [row.cells for row in found.rows] == [[bare(c.strip()) for c in row] for row in kept or [["Ada", "", ""]]]
