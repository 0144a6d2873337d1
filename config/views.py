"""Pages that belong to no floor: how the screen looks, and what is said when something goes wrong."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.jinja import LANGUAGES
from config.preferences import CHOICES, keep
from keepwell.access.pages import public


@require_POST
@public("colors, language and hidden names are choices of the browser, wanted before signing in too")
def preferences(request: HttpRequest) -> HttpResponse:
    """Keeps what was chosen in a cookie and goes back to where it was chosen."""
    response = HttpResponseRedirect(_where_from(request))
    for name, allowed in CHOICES.items():
        if (value := request.POST.get(name)) in allowed:
            keep(response, name, str(value), secure=request.is_secure())
    if (language := request.POST.get("language")) in dict(LANGUAGES):
        keep(response, settings.LANGUAGE_COOKIE_NAME, str(language), secure=request.is_secure())
    return response


def _where_from(request: HttpRequest) -> str:
    """Only an address of ours."""
    asked = request.POST.get("next", "/")
    return asked if url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else "/"


@public("an address that leads nowhere says so to anybody")
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    what, after = _("There is no page at this address"), _("Check the address, or start again from the first page.")
    return render(request, "broken.html", {"what": what, "next": after}, status=404)


@public("a request we could not read is answered before anybody is known")
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    what, after = _("We could not read that request"), _("Nothing was changed. Go back and try again.")
    return render(request, "broken.html", {"what": what, "next": after}, status=400)


@public("a form sent without its token is refused before anybody is known")
def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    what = _("This form is too old, or came from somewhere else")
    after = _("Nothing was changed. Open the page again and send the form from there.")
    return render(request, "broken.html", {"what": what, "next": after}, status=403)


@public("a failure of ours is told to anybody, without details")
def server_error(request: HttpRequest) -> HttpResponse:
    what = _("Something on our side failed")
    after = _("Nothing was changed, and the failure was noted. Try again in a minute.")
    return render(request, "broken.html", {"what": what, "next": after}, status=500)
