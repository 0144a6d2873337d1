"""What a program can ask about itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from keepwell.access.bearer import Bearer
from keepwell.access.pages import api
from keepwell.access.policy import Can


@require_GET
@api(Can.USE_API)
def me(request: HttpRequest) -> HttpResponse:
    """Who am I, where, for what, until when."""
    bearer: Bearer = request.bearer  # type: ignore[attr-defined]
    return JsonResponse(
        {
            "program": bearer.name,
            "practice": bearer.practice_name,
            "role": bearer.role,
            "purpose": bearer.purpose,
            "scopes": list(bearer.scopes),
            "networks": list(bearer.networks),
            "expires": bearer.expires_at.isoformat(),
        }
    )
