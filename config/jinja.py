"""The template environment: strict, escaped, bilingual, and the same for pages, fragments, letters and tests.

Settings name it once:
    {"BACKEND": "config.jinja.Templates", "DIRS": jinja.DIRS, "APP_DIRS": False, "OPTIONS": {"context_processors": […]}}
A view renders a whole page with render(request, "patients/list.html", …) and, for htmx, one block of that same page
with render(request, "patients/list.html#rows", …): both come from one file, so they cannot drift apart.
Every macro of config/templates/components is in every template as ui.<name>, with nothing to import.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import phonenumbers
from django.template.backends.jinja2 import Jinja2, Template
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2 import Template as JinjaTemplate
from jinja2_fragments import render_block
from lucide.jinja import lucide
from markupsafe import Markup

import keepwell
from config import assets, when
from keepwell.base.refusal import Refusal

DIRS: list[Path] = [Path(__file__).parent / "templates", *sorted(Path(keepwell.__file__).parent.glob("*/templates"))]
LANGUAGES = (("en", "English"), ("es", "Español"))


@lru_cache(maxsize=256)
def icon(name: str, size: int = 20) -> Markup:
    """A Lucide drawing, inline. Always decoration: a word stands beside it, or in a .sr-only."""
    drawing = lucide(name, size=size, **{"aria-hidden": "true", "class": "icon", "stroke-width": "1.75"})
    return Markup("".join(line.strip() for line in drawing.splitlines()))  # noqa: S704 - Lucide's own file


def url(name: str, *args: object, **query: object) -> str:
    """The address of a named page; keywords become its query string, empty ones are left out."""
    asked = {key: value for key, value in query.items() if value not in (None, "")}
    return reverse(name, args=args, query=asked or None)


def said(refusal: Refusal, part: str) -> str:
    """The 'message' or the 'next_step' of a refusal in the reader's language, its facts filled in."""
    return translation.gettext(getattr(refusal.wording, part)).format_map(defaultdict(lambda: "…", refusal.facts))


def phone(value: str) -> str:
    """A stored number as people read it: (617) 555-0143, +44 20 7946 0958. Anything else (an e-mail) stays as it is."""
    if not value.startswith("+"):
        return value
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return value
    shape = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, shape.NATIONAL if number.country_code == 1 else shape.INTERNATIONAL)


class Components:
    """The macros of components/*.html by name: {{ ui.chip('Restricted') }}."""

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._files = [name for name in env.list_templates(["html"]) if name.startswith("components/")]

    def __getattr__(self, name: str) -> Any:
        for file in self._files:
            module = self._env.get_template(file).module
            if not name.startswith("_") and hasattr(module, name):
                return getattr(module, name)
        raise AttributeError(name)


def environment(**options: Any) -> Environment:
    """A Jinja2 environment in which an undefined name is an error and every value is escaped."""
    options = {"loader": FileSystemLoader(DIRS), "trim_blocks": True, "lstrip_blocks": True, **options}
    options |= {"autoescape": True, "undefined": StrictUndefined, "extensions": ["jinja2.ext.i18n", "jinja2.ext.do"]}
    env = Environment(**options)  # noqa: S701 - escaped two lines up
    env.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext,
        translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    env.policies["ext.i18n.trimmed"] = True
    env.globals |= {"asset": assets.asset, "styles": assets.styles, "fonts": assets.fonts, "icon": icon, "url": url}
    env.globals |= {"language": translation.get_language, "languages": LANGUAGES, "ui": Components(env)}
    env.filters |= {"moment": when.moment, "clock": when.clock, "day": when.day, "monthday": when.monthday}
    env.filters |= {"said": said, "phone": phone, "ago": when.ago, "age": when.age, "stamp": when.stamp}
    return env


class Block:
    """One named block of a page, in the place of its template."""

    def __init__(self, page: JinjaTemplate, block: str) -> None:
        self.page, self.block = page, block
        self.name, self.filename = page.name, page.filename

    def render(self, context: dict[str, Any]) -> str:
        return str(render_block(self.page.environment, str(self.page.name), self.block, context))


class Templates(Jinja2):
    """Django's Jinja2 backend with this environment, and 'page.html#block' for one block of a page."""

    def __init__(self, params: dict[str, Any]) -> None:
        options = {"environment": "config.jinja.environment", **params["OPTIONS"]}
        super().__init__({**params, "OPTIONS": options})

    def get_template(self, template_name: str) -> Template:
        page, _, block = template_name.partition("#")
        template = super().get_template(page)
        return Template(cast(JinjaTemplate, Block(template.template, block)), self) if block else template
