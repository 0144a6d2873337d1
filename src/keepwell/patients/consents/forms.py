"""What the consent pages ask. Every box starts empty; nothing is agreed by leaving it alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from keepwell.access import signatures
from keepwell.access.consenting import Answer
from keepwell.access.models import Consent, ConsentText, How
from keepwell.access.words import CHANNELS, TOPICS
from keepwell.base.refusal import Refusal
from keepwell.base.sending import Channel, Topic
from keepwell.patients.consents.picture import ASKED_ABOUT, ASKED_BY, Source
from keepwell.patients.forms import Asking, text

LONGEST = 120
REASONS = {
    "refused": _("They did not want to sign or say so"),
    "could_not": _("They could not: language, age or illness"),
    "emergency": _("It was an emergency; offered as soon as possible"),
}
"""Why there is no acknowledgment although it was asked for in good faith (45 CFR § 164.520(c)(2)(ii))."""

TAKEN = {
    How.SPOKEN: _("They said so"),
    How.DRAWN: _("They sign on this screen"),
    How.TYPED: _("They type their name"),
    How.PAPER: _("They signed on paper"),
}


class SaidForm(Asking):
    """How something was said, and by whom."""

    how = forms.ChoiceField(label=_("How"), choices=list(TAKEN.items()), required=False)
    who = text(_("Who spoke or signed, if not the patient"), most=LONGEST)
    signature = forms.CharField(label=_("Their name, typed by them"), required=False, max_length=LONGEST)
    drawing = forms.CharField(required=False)
    source = forms.ChoiceField(choices=[(s.value, s.value) for s in Source], required=False)

    def proof(self, *, agreed: bool = True) -> dict[str, Any]:
        """What goes into an answer: how, where from, and what proves it. Raises Refusal SIGNATURE_BLANK …"""
        cleaned = self.cleaned_data
        said: dict[str, Any] = {name: cleaned[name] for name in ("who", "signature") if cleaned.get(name)}
        if agreed and cleaned["how"] == How.DRAWN:
            said["strokes"] = signatures.drawn(cleaned["drawing"])
        return {"how": cleaned["how"] or How.SPOKEN, "source": cleaned["source"] or Source.DESK, "said": said or None}


class AnswerForm(SaidForm):
    """One yes or no."""

    kind = forms.ChoiceField(choices=Consent.Kind.choices)
    answer = forms.ChoiceField(choices=[("yes", ""), ("no", "")])
    topic = forms.ChoiceField(choices=[("", ""), *((t.value, t.value) for t in Topic)], required=False)
    channel = forms.ChoiceField(choices=[("", ""), *((c.value, c.value) for c in Channel)], required=False)
    point = forms.UUIDField(required=False)
    reason = forms.ChoiceField(choices=[("", ""), *REASONS.items()], required=False)

    def said(self, script: ConsentText | None) -> Answer:
        """The answer as it is written down. Raises Refusal NPP_ACK_REASON, SIGNATURE_BLANK …"""
        cleaned, agreed = self.cleaned_data, self.cleaned_data["answer"] == "yes"
        proof = self.proof(agreed=agreed)
        if not agreed and cleaned["kind"] == Consent.Kind.NOTICE:
            if not cleaned["reason"]:
                raise Refusal("NPP_ACK_REASON", field="reason")
            proof["said"] = (proof["said"] or {}) | {"reason": cleaned["reason"]}
        return Answer(
            kind=cleaned["kind"],
            agreed=agreed,
            topic=cleaned["topic"],
            channel=cleaned["channel"],
            point=cleaned["point"],
            text=script,
            **proof,
        )


class MatrixForm(SaidForm):
    """What may come by which way: one box each."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for topic in ASKED_ABOUT:
            for channel in ASKED_BY:
                label = f"{TOPICS[topic]}, {CHANNELS[channel]}"
                self.fields[f"{topic}:{channel}"] = forms.BooleanField(label=label, required=False)

    def ticked(self) -> set[tuple[str, str]]:
        """Every topic and channel with a tick."""
        return {(t.value, c.value) for t in ASKED_ABOUT for c in ASKED_BY if self.cleaned_data.get(f"{t}:{c}")}


class ReachOnlyForm(Asking):
    """Which ways remain (45 CFR § 164.522(b)). There is no field for a reason, because nobody may ask for one."""

    channels = forms.MultipleChoiceField(label=_("Ways that remain"), choices=[(c.value, CHANNELS[c]) for c in Channel])
    points = forms.MultipleChoiceField(label=_("Only these numbers and addresses"), required=False)
    wording = forms.CharField(
        label=_("Anything to keep to"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Times, a neutral sender. Not the reason: nobody may ask for it."),
    )

    def __init__(self, *args: Any, points: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["points"].choices = points  # type: ignore[attr-defined]

    def ids(self) -> list[UUID]:
        """The points that were ticked."""
        return [UUID(each) for each in self.cleaned_data["points"]]
