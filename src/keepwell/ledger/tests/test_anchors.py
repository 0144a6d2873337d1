"""Where checkpoints are anchored is said by a setting, or refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from keepwell.base.refusal import Refusal
from keepwell.ledger import anchors


@pytest.mark.parametrize("spec", ["", "file:", "s3:bucket", "https://anchor.example/"])
def test_an_anchor_nobody_can_load_is_refused(spec: str):
    with pytest.raises(Refusal) as refused:
        anchors.load(spec)
    assert refused.value.code == "ANCHOR_SPEC_INVALID"


def test_a_path_alone_is_a_file(tmp_path: Path):
    assert type(anchors.load(str(tmp_path / "anchor.jsonl"))) is type(anchors.load(f"file:{tmp_path}/anchor.jsonl"))
