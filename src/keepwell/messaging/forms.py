"""What the pages of the inbox ask."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from keepwell.access import able
from keepwell.access.words import role_word
from keepwell.base.actor import Actor
from keepwell.base.sending import Channel
from keepwell.messaging import rules
from keepwell.messaging.models import InboxRules
from keepwell.messaging.phoning import Call
from keepwell.messaging.replying import WAYS
from keepwell.patients.forms import QUIET, Asking, text
from keepwell.tasks.asks import POOLS
from keepwell.tasks.forms import ForForm

MOST = 4000


def words(label: Any, rows: int = 3, hint: Any = "") -> forms.CharField:
    """Several lines."""
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=MOST,
        widget=forms.Textarea(attrs=QUIET | {"rows": rows}),
        error_messages={"required": _("This is empty. Fill it in.")},
    )


def _day(label: Any, hint: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs=QUIET | {"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=hint, required=False, widget=widget)


class PhoneForm(ForForm):
    """A phone message: what was said, for whom, where to call back."""

    words = words(
        _("What they said"), hint=_("You can write what is clinical here even where you cannot read the chart.")
    )
    callback = text(_("Call back at"), hint=_("Leave it empty to use the number on file."), inputmode="tel")
    urgent = forms.BooleanField(label=_("Urgent"), required=False)

    field_order = ("words", "callback", "goes_to", "urgent")

    def call(self, key: str = "") -> Call:
        said = self.cleaned_data
        return Call(said["words"], self.whom(), said["callback"].strip(), said["urgent"], key)


class NoteForm(Asking):
    """A note for colleagues."""

    words = words(_("Note for colleagues"), rows=2)


class ReplyForm(Asking):
    """An answer, and by which way it goes."""

    words = words(_("Answer"), rows=4)
    way = forms.ChoiceField(
        label=_("By"),
        choices=[
            ("", _("Ordinary e-mail where they chose it, else on paper")),
            ("email", _("E-mail")),
            ("letter", _("Letter")),
        ],
        required=False,
    )

    def ways(self) -> tuple[Channel, ...]:
        """The ways that would do, best first."""
        chosen = self.data.get("way", "") if self.is_bound else ""
        return (Channel(chosen),) if chosen in set(WAYS) else WAYS


class RulesForm(Asking):
    """The practice's rules for its inbox."""

    pool = forms.ChoiceField(label=_("New messages go to"))
    answer_minutes = forms.IntegerField(
        label=_("Answer within, in minutes"), min_value=rules.SHORTEST, max_value=rules.LONGEST
    )
    escalate_minutes = forms.IntegerField(
        label=_("Tell somebody when nobody read it for, in minutes"), min_value=rules.SHORTEST, max_value=rules.LONGEST
    )
    escalate_to = forms.ChoiceField(label=_("Whom to tell"), required=False)
    auto_answer = forms.BooleanField(label=_("Answer at once with the emergency and crisis numbers"), required=False)
    phone = text(_("The practice's own number, as patients call it"), inputmode="tel", most=20)
    closed_from = _day(
        _("Closed from"), _("A holiday, or days nobody is there. What is answered at once then says so.")
    )
    opens_on = _day(_("Open again on"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pool"].choices = [(role, role_word(role)) for role in POOLS]  # type: ignore[attr-defined]
        people = [(str(m.id), f"{m.name}, {role_word(m.role)}") for m in able.members().order_by("name", "id")]
        self.fields["escalate_to"].choices = [("", _("Whoever sees all messages")), *people]  # type: ignore[attr-defined]

    @staticmethod
    def start(row: InboxRules) -> dict[str, Any]:
        """What stands now."""
        same = ("pool", "answer_minutes", "escalate_minutes", "auto_answer", "phone", "closed_from", "opens_on")
        chosen = {name: getattr(row, name) for name in same}
        return chosen | {"escalate_to": str(row.escalate_to_id or "")}

    def asked(self) -> rules.Asked:
        said = self.cleaned_data
        whom = UUID(said["escalate_to"]) if said["escalate_to"] else None
        return rules.Asked(
            said["pool"], said["answer_minutes"], said["escalate_minutes"], whom, said["auto_answer"], said["phone"],
            said["closed_from"], said["opens_on"],
        )  # fmt: skip


class CannedForm(Asking):
    """A ready-made reply."""

    name = text(_("Name"), required=True, most=60)
    words = words(_("Words"), rows=4)
    language = forms.ChoiceField(label=_("Language"), choices=[("en", "English"), ("es", "Español")])


def whom(by: Actor, data: Any = None) -> ForForm:
    """To whom a thread goes."""
    return ForForm(data, by=by, prefix="over")
