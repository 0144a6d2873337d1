"""Devices and sessions: this device as its holder registers it, and all of them as the practice manages them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keepwell.access import device_actions, devices, limits
from keepwell.access.answers import worded
from keepwell.access.device_actions import Posture
from keepwell.access.entrances import Signed
from keepwell.access.forms_devices import PLACES, TIMED, DeviceForm, PostureForm, RulesForm
from keepwell.access.models import Device, Membership, SignInRules
from keepwell.access.pages import page
from keepwell.access.pending import store_of
from keepwell.access.policy import Can, may
from keepwell.access.words import role_word
from keepwell.base.actor import Actor, Purpose, Role
from keepwell.base.refusal import Refusal
from keepwell.ledger import signins


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_OWN_SIGN_IN, purpose=Purpose.HSYSADMIN)
def this_device(request: HttpRequest) -> HttpResponse:
    """The device in front of somebody: registered, and once a year attested again."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    device = devices.of(request, by.practice)
    kind = PostureForm if device else DeviceForm
    form = kind(request.POST) if request.method == "POST" else kind()
    if form.is_bound and form.is_valid():
        posture = Posture(*(form.cleaned_data[name] for name in ("encrypted", "locks", "updated")))
        if device is not None:
            device_actions.attest(device, posture, by=by)
            return HttpResponseRedirect(reverse("this-device"))
        return _registered(request, form, posture, by)
    missing = [devices.LACKS[name] for name in devices.lacks(device)] if device else []
    facts = {"form": form, "device": device, "missing": missing, "place": PLACES[device.place] if device else ""}
    return render(request, "access/this_device.html", facts, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@page(Can.MANAGE_DEVICES, purpose=Purpose.HSYSADMIN)
def overview(request: HttpRequest) -> HttpResponse:
    """All devices and sessions of the practice, and its rules for them."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    rules = devices.rules()
    form = RulesForm(request.POST) if request.method == "POST" else RulesForm(initial=_as_chosen(rules))
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                said = form.cleaned_data
                single = [Role(role) for role in said["single"]]
                device_actions.set_rules(form.minutes, by=by, devices_required=said["devices_required"], single=single)
                return HttpResponseRedirect(reverse("devices"))
            except Refusal as refusal:
                form.add_error(refusal.field, worded(refusal))
    facts = {
        "form": form,
        "roles": [role.value for role in TIMED],
        "devices": list(Device.objects.filter(revoked_at=None).select_related("holder").order_by("name")[:200]),
        "sessions": device_actions.living()[:100],
        "places": PLACES,
        "lacks": devices.lacks,
        "role_word": role_word,
        "mine": by.session,
    }
    return render(request, "access/devices.html", facts, status=status)


@require_GET
@page(Can.MANAGE_DEVICES, purpose=Purpose.HCOMPL)
def device(request: HttpRequest, device: UUID) -> HttpResponse:
    """One device: how it is kept, and whom was opened on it lately."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    found = _found(device)
    opened = device_actions.opened_on(found, by=by)
    names = dict(Membership.objects.filter(id__in={one.actor for one in opened}).values_list("id", "name"))
    missing = [devices.LACKS[name] for name in devices.lacks(found)]
    facts = {"device": found, "opened": opened, "names": names, "missing": missing, "place": PLACES[found.place]}
    return render(request, "access/device.html", facts)


@require_POST
@page(Can.MANAGE_DEVICES, purpose=Purpose.HSYSADMIN)
def approve(request: HttpRequest, device: UUID) -> HttpResponse:
    """This device is known here."""
    device_actions.approve(_found(device), by=request.actor)  # type: ignore[attr-defined]
    return HttpResponseRedirect(reverse("devices"))


@require_POST
@page(Can.MANAGE_DEVICES, purpose=Purpose.HSYSADMIN)
def revoke(request: HttpRequest, device: UUID) -> HttpResponse:
    """Lost, or out of use: over at once."""
    found = _found(device)
    if found.revoked_at is None:
        device_actions.revoke(found, by=request.actor, lost="lost" in request.POST)  # type: ignore[attr-defined]
    return HttpResponseRedirect(reverse("device", args=[device]))


@require_POST
@page(Can.MANAGE_DEVICES, purpose=Purpose.HSYSADMIN)
def end_session(request: HttpRequest, session: UUID, person: UUID) -> HttpResponse:
    """A session of a member that should not go on."""
    device_actions.end_session(session, person, by=request.actor)  # type: ignore[attr-defined]
    return HttpResponseRedirect(reverse("devices"))


def _registered(request: HttpRequest, form: PostureForm, posture: Posture, by: Actor) -> HttpResponse:
    """The browser keeps the key; the session goes on as one of this device."""
    signed: Signed = request.signed_in  # type: ignore[attr-defined]
    said, (key, hashed) = form.cleaned_data, devices.new_key()
    approved = may(signed, Can.MANAGE_DEVICES)
    device = device_actions.register(
        said["name"], said["place"], hashed, posture, by=by, personal=said["personal"], approved=approved
    )
    store = store_of(request)
    store.data["device_id"] = str(device.id)
    store.save()
    signins.record("sign_in.on_device", by, about=[signed.person], detail={"device": device.id})
    response = HttpResponseRedirect(reverse("this-device"))
    devices.remember(response, by.practice, key)
    return response


def _found(device: UUID) -> Device:
    found = Device.objects.filter(id=device).select_related("holder", "attested_by", "approved_by").first()
    if found is None:
        raise Refusal("NOT_FOUND")
    return found


def _as_chosen(rules: SignInRules) -> dict[str, object]:
    chosen: dict[str, object] = {role.value: limits.of(role, rules.idle).idle for role in TIMED}
    return chosen | {"devices_required": rules.devices_required, "single": rules.single}
