"""The pages of docs/ that are written from the code. `keepwell docs` writes them; a house rule keeps them true."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from pkgutil import walk_packages

from django.apps import apps

from keepwell import operations
from keepwell.access.policy import MAY_DO, MAY_SEE, NEEDS_RELATION, Can
from keepwell.base.actor import Role
from keepwell.base.refusal import catalogue
from keepwell.charts.excerpts import PLANS
from keepwell.ledger.actions import VERBS

MADE = "*Written from the code by `bin/keepwell docs`; do not edit.*"


def load_everything() -> None:
    """Imports every module of the product below this floor, so that each action and excerpt is known."""
    folders = {app.name: [app.path] for app in apps.get_app_configs() if app.name.startswith("keepwell.")}
    folders["keepwell.operations"] = list(operations.__path__)
    for name, where in folders.items():
        for found in walk_packages(where, f"{name}."):
            if ".tests" not in found.name and ".migrations" not in found.name:
                import_module(found.name)


def ours(module: str) -> bool:
    """Whether a module is the product's own and no test's."""
    return module.startswith("keepwell.") and ".tests." not in module


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    columns = list(head)
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    lines += [f"| {' | '.join(cell.replace('|', '/').replace(chr(10), ' ') for cell in row)} |" for row in rows]
    return "\n".join(lines)


def _page(title: str, lead: str, body: str) -> str:
    return f"# {title}\n\n{MADE}\n\n{lead}\n\n{body}\n"


def actions() -> str:
    """docs/actions.md."""
    load_everything()
    chosen = sorted((v for v in VERBS.values() if ours(v.function)), key=lambda v: v.name)
    rows = (
        [
            f"`{v.name}`",
            v.says.split("\n")[0],
            v.about or "the practice",
            ", ".join(sorted(v.seals)) or "nothing",
            f"`{v.function.removeprefix('keepwell.')}`",
        ]
        for v in chosen
    )
    return _page(
        "Actions",
        "Everything that can happen. A row of a practice changes only inside one of these, and each leaves an "
        "entry in the activity log under its name.",
        table(("action", "what happens", "about", "may seal", "where"), rows),
    )


def excerpts() -> str:
    """docs/excerpts.md."""
    load_everything()
    chosen = sorted((p for cls, p in PLANS.items() if ours(cls.__module__)), key=lambda p: p.name)
    rows = (
        [
            f"`{p.name}`",
            p.says.split("\n")[0],
            ", ".join(p.columns),
            ", ".join(sorted(p.classes)) or "none",
            ", ".join(sorted({f"{role} ({purpose})" for (role, purpose), c in MAY_SEE.items() if p.classes <= c})),
        ]
        for p in chosen
    )
    return _page(
        "Excerpts",
        "Everything a page can read. An excerpt's columns are its minimum-necessary statement (45 CFR § 164.502(b)).",
        table(("excerpt", "what it is for", "columns", "classes", "who may open it, for what"), rows),
    )


def policy() -> str:
    """docs/policy.md."""
    purposes = sorted({purpose for _, purpose in MAY_SEE})
    seen = (
        [role, *(", ".join(sorted(MAY_SEE.get((role, p), ()))) or "—" for p in purposes)]
        for role in Role
        if any((role, p) in MAY_SEE for p in purposes)
    )
    roles = [r for r in Role if r in MAY_DO]
    does = ([can, ", ".join(r for r in roles if can in MAY_DO[r])] for can in Can)
    lead = (
        f"Who may see what, by role and purpose of use. {', '.join(sorted(NEEDS_RELATION))} also need a care relation "
        "with the patient. What is not here is not allowed."
    )
    return _page(
        "The policy table",
        lead,
        table(("role", *purposes), seen) + "\n\n## What a role may do\n\n" + table(("permission", "roles"), does),
    )


def refusals() -> str:
    """docs/refusals.md."""
    rows = (
        [f"`{w.code}`", str(w.status), w.rule or "—", w.message, w.next_step]
        for w in sorted(catalogue().values(), key=lambda w: w.code)
    )
    return _page(
        "Refusals",
        "Every way Keepwell says no, by name.",
        table(("code", "status", "rule", "what it says", "what to do"), rows),
    )


PAGES: dict[str, Callable[[], str]] = {
    "actions.md": actions,
    "excerpts.md": excerpts,
    "policy.md": policy,
    "refusals.md": refusals,
}

__all__ = ["PAGES", "load_everything"]
