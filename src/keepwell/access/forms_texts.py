"""What wording and publishing a consent text asks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keepwell.access import approving, drafts, notice_parts, texts
from keepwell.access.forms_roles import Refusable
from keepwell.access.models import TextKind

NAMES = notice_parts.PARTS | {
    notice_parts.PART2: notice_parts.PART2_WORDS,
    "text": _("The text"),
    "paid": _("Whether somebody pays for it"),
}


class WordingForm(Refusable):
    """The title and the parts of one text."""

    title = forms.CharField(label=_("Title"), max_length=texts.LONGEST_TITLE, required=False)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = 3 if kind == TextKind.NOTICE else 12
        for name in drafts.part_names(kind):
            area = forms.Textarea(attrs={"rows": rows if name != "paid" else 3})
            self.fields[f"part_{name}"] = forms.CharField(
                label=NAMES[name], required=False, widget=area, max_length=texts.LONGEST
            )

    def parts(self) -> list[tuple[str, str]]:
        """What was typed, part by part, with plain line ends."""
        said = ((name.removeprefix("part_"), words) for name, words in self.cleaned_data.items() if name != "title")
        return [(name, "\n".join(words.split("\r\n")).strip()) for name, words in said]


class PublishForm(Refusable):
    """How the new wording stands to what people agreed to before."""

    material = forms.BooleanField(
        label=_("Ask everybody again"),
        required=False,
        help_text=_("The change matters: what was agreed to earlier no longer counts."),
    )
    renew_days = forms.IntegerField(
        label=_("Ask again after how many days"), required=False, min_value=1, max_value=3650,
        help_text=_("Never, if you leave it empty."),
    )  # fmt: skip
    alone = forms.ChoiceField(
        label=_("Why nobody else read it"),
        required=False,
        choices=[("", _("Choose the reason")), *approving.ALONE.items()],
    )
    part2 = forms.BooleanField(
        label=_("We hold records of substance use treatment programs"),
        required=False,
        help_text=_("Then the notice has to say so (42 CFR Part 2)."),
    )
