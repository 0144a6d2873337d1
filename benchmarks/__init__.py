"""What Keepwell costs, each thing beside a reference measured in the same run, round by round.

`bin/bench --list` names them. A benchmark is a module with `run(tiny: bool) -> dict[str, Row]`; `tiny` does the same
with a handful of rows, so that a test can see that it still works. Nothing here ever asserts a time.
"""
