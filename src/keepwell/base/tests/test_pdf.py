"""PDFs are made of data, deterministic, tagged, and their data is no source."""

from __future__ import annotations

import pytest
import typst

from keepwell.base.pdf import pdf

PAGE = '#set document(title: "A page")\n#set text(lang: "en")\n= A page\n#data.said\n'


def test_the_same_words_are_the_same_bytes_and_other_words_are_not():
    assert pdf(PAGE, {"said": "hello"}) == pdf(PAGE, {"said": "hello"})
    assert pdf(PAGE, {"said": "hello"}) != pdf(PAGE, {"said": "goodbye"})
    assert pdf(PAGE, {"said": "hello"}).startswith(b"%PDF-")
    assert b"StructTreeRoot" in pdf(PAGE, {"said": "hello"})


@pytest.mark.parametrize(
    "said", ['#read("/etc/passwd")', "= Heading\n#panic()", '"; #let x = 1', "\\ * _ $ Ünïcode 漢"]
)
def test_what_is_said_is_no_source(said: str):
    assert pdf(PAGE, {"said": said}).startswith(b"%PDF-")


def test_a_template_reads_no_file():
    with pytest.raises(typst.TypstError):
        pdf('#set document(title: "A")\n#read("/etc/hostname")', {})
