"""PDFs from our own templates: typst sets them, in this process, with its own fonts, reading no file and no network.

A template is Typst source; what fills it comes in as data and never as source, so that a vendor's or a patient's name
can write no markup. PDF/UA-1 (ISO 14289-1), so that screen readers read it.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

HEAD = "#let data = json(bytes(sys.inputs.data))\n"


def pdf(template: str, data: Mapping[str, Any], at: dt.datetime | None = None) -> bytes:
    """The document of a template filled with `data` (anything JSON holds). The same of both is the same, byte by byte.

    `at` is the moment it is dated. Words in a script the built-in fonts lack (Chinese, say) make it an ordinary PDF:
    PDF/UA forbids a letter that cannot be drawn, and a document with a gap is better than none.
    """
    try:
        return _set(template, data, at, ["ua-1"])
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        return _set(template, data, at, [])


def _set(template: str, data: Mapping[str, Any], at: dt.datetime | None, standards: Any) -> bytes:
    with tempfile.TemporaryDirectory(prefix="keepwell-pdf-") as empty:
        compile: Any = typst.compile
        made = compile(
            (HEAD + template).encode(),
            root=empty,
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=standards,
            timestamp=int(at.timestamp()) if at else 0,
            package_path=str(Path(empty) / "none"),
            package_cache_path=str(Path(empty) / "none"),
        )
    assert isinstance(made, bytes)
    return made
