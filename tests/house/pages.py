"""What the pages of documentation mention, and whether it is there: files, modules, commands, settings, headings."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pathlib import Path

from django.apps import apps

from keepwell.charts.excerpts import PLANS
from tests.house.walk import TOP, python_files

LEFT_OUT = {".git", ".venv", ".hypothesis", "node_modules", "var", "built", "__pycache__"}
SUFFIXES = {".py", ".sql", ".md", ".toml", ".csv", ".html", ".ts", ".css", ".lock", ".yaml", ".yml", ".svg", ".png"}
ROOTS = (TOP, TOP / "src/keepwell", TOP / "config/templates")

FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
TICKED = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
PATH = re.compile(r"([\w.*-]+/)+[\w.*-]*(::\w+)?")
DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+(\(\))?")


def documents() -> list[Path]:
    """Every page people read: the ones at the top and all of docs/."""
    return sorted([*TOP.glob("*.md"), *TOP.glob("docs/**/*.md")])


def everything() -> list[Path]:
    """Every file of the repository; not what was made from it or fetched for it."""
    return [path for top in sorted(TOP.iterdir()) for path in _files(top)]


def _files(path: Path) -> list[Path]:
    if path.name in LEFT_OUT or re.fullmatch(r"\..*_cache", path.name):
        return []
    if path.is_dir():
        return [found for inner in sorted(path.iterdir()) for found in _files(inner)]
    return [path] if path.is_file() else []


def prose(text: str) -> str:
    """A page without its blocks of code."""
    return FENCE.sub("", text)


def ticked(text: str) -> list[str]:
    """What stands in backticks."""
    return TICKED.findall(prose(text))


def commands(text: str) -> str:
    """Where commands are shown: blocks of code and backticks."""
    return "\n".join([*(body for _, body in FENCE.findall(text)), *ticked(text)])


def links(text: str) -> list[tuple[str, str]]:
    """The words and the target of every link and picture."""
    return LINK.findall(prose(text))


def headings(text: str) -> set[str]:
    """The addresses of a page's headings, as code hosts make them."""
    titles = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def missing_path(mentioned: str) -> bool:
    """Whether something that is meant as a file of this tree is not there."""
    if not PATH.fullmatch(mentioned) or not (_top(mentioned) or Path(mentioned.split("::")[0]).suffix in SUFFIXES):
        return False
    path, _, name = mentioned.partition("::")
    found = [p for root in ROOTS for p in root.glob(path.rstrip("/"))]
    return not any(not name or f"def {name}(" in p.read_text(encoding="utf-8") for p in found)


def missing_name(mentioned: str) -> bool:
    """Whether a dotted name is neither a file, a module's, custody's, a model's, nor a word of the code."""
    if not DOTTED.fullmatch(mentioned):
        return False
    name = mentioned.removesuffix("()")
    return not (
        name in _file_names()
        or name in _labels()
        or re.search(rf"\b{re.escape(name)}\b", _sql())
        or f'"{name}"' in _code()
        or (name.startswith("ui.") and f"macro {name[3:]}(" in _components())
        or _importable(name.removeprefix("keepwell.").split("."))
    )


def missing_test(mentioned: str) -> bool:
    return bool(re.fullmatch(r"test_\w+", mentioned)) and f"def {mentioned}(" not in _tests()


def _top(path: str) -> bool:
    first = path.split("/")[0]
    return first not in LEFT_OUT and any((root / first).exists() for root in ROOTS)


def _importable(parts: list[str]) -> bool:
    """Whether a module whose name ends with the first of these holds the rest. `policy.may`, `ledger.jobs.enqueue`."""
    for at in range(len(parts), 0, -1):
        ending = "." + ".".join(parts[:at])
        for module in _modules():
            if f".{module}".endswith(ending) and _holds(import_module(module), parts[at:]):
                return True
    return False


def _holds(thing: object, names: list[str]) -> bool:
    for name in names:
        if not hasattr(thing, name):
            return False
        thing = getattr(thing, name)
    return True


@cache
def _modules() -> tuple[str, ...]:
    bare = (str(p.relative_to(TOP).with_suffix("")).removeprefix("src/") for p in python_files())
    return tuple(name.removesuffix("/__init__").replace("/", ".") for name in bare)


@cache
def _file_names() -> frozenset[str]:
    return frozenset(p.name for p in everything())


@cache
def _labels() -> frozenset[str]:
    """Models and excerpts by the names Django and the ledger know them by."""
    return frozenset(m._meta.label for m in apps.get_models()) | {p.name for p in PLANS.values()}


@cache
def _components() -> str:
    return "\n".join(p.read_text(encoding="utf-8") for p in TOP.glob("config/templates/components/*.html"))


@cache
def _sql() -> str:
    return "\n".join(p.read_text(encoding="utf-8") for p in TOP.glob("src/keepwell/**/*.sql"))


@cache
def _code() -> str:
    return "\n".join(p.read_text(encoding="utf-8") for p in python_files())


@cache
def _tests() -> str:
    found = [*TOP.glob("tests/**/test_*.py"), *TOP.glob("src/keepwell/**/test_*.py")]
    return "\n".join(p.read_text(encoding="utf-8") for p in found)


@cache
def source_lines() -> frozenset[str]:
    """Every line of Python and SQL, without its indentation: what a page may quote."""
    return frozenset(line.strip() for line in f"{_code()}\n{_sql()}".splitlines())


def settings_in_code() -> frozenset[str]:
    """Every KEEPWELL_… variable that something reads or sets."""
    found = [p for p in everything() if p.suffix in {".py", ".sh", ".yaml", ""} and p.suffix != ".md"]
    text = "\n".join(p.read_bytes().decode("utf-8", "replace") for p in found)
    return frozenset(re.findall(r"KEEPWELL_[A-Z_]+", text))


def first_cells(text: str) -> dict[str, str]:
    """Tables' rows: what the first cell has in backticks → the second cell."""
    rows = re.findall(r"^\| `([^`]+)` \| ([^|]*) \|", text, re.MULTILINE)
    return {name: cell.strip() for name, cell in rows}
