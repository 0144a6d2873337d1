"""Addresses of sign-in."""

from __future__ import annotations

from django.urls import path

from keepwell.access import (
    views_alternates,
    views_api,
    views_emergency,
    views_enrol,
    views_factors,
    views_hats,
    views_invited,
    views_notices,
    views_passkeys,
    views_sessions,
    views_signin,
    views_teams,
)

urlpatterns = [
    path("sign-in/", views_signin.sign_in, name="sign-in"),
    path("sign-in/code/", views_signin.code, name="sign-in-code"),
    path("sign-in/place/", views_signin.place, name="sign-in-place"),
    path("sign-in/link/<str:text>/", views_enrol.link, name="sign-in-link"),
    path("sign-in/password/", views_enrol.set_password, name="set-password"),
    path("sign-in/authenticator/", views_enrol.authenticator, name="authenticator"),
    path("sign-in/passkey/", views_passkeys.sign_in_with_passkey, name="sign-in-passkey"),
    path("sign-in/passkey/options/", views_passkeys.options, name="passkey-options"),
    path("sign-in/new-passkey/", views_enrol.enrol_passkey, name="enrol-passkey"),
    path("sign-in/accept/", views_invited.accept, name="accept-place"),
    path("invited/<str:text>/", views_invited.invited, name="invited"),
    path("api/me/", views_api.me, name="api-me"),
    path("sign-out/", views_signin.sign_out, name="sign-out"),
    path("your-factors/", views_factors.factors_page, name="your-factors"),
    path("your-factors/password/", views_factors.change_password, name="change-password"),
    path("your-factors/password/end/", views_factors.end_password, name="end-password"),
    path("your-factors/app/", views_factors.add_app, name="add-app"),
    path("your-factors/app/end/", views_factors.end_app, name="end-app"),
    path("your-factors/passkeys/", views_passkeys.add_passkey, name="add-passkey"),
    path("your-factors/passkeys/<uuid:passkey>/", views_passkeys.rename_passkey, name="rename-passkey"),
    path("your-factors/passkeys/<uuid:passkey>/end/", views_passkeys.end_passkey, name="end-passkey"),
    path("your-factors/recovery-codes/", views_factors.new_codes, name="new-recovery-codes"),
    path("your-sign-in/", views_sessions.sessions, name="your-sign-in"),
    path("your-sign-in/<uuid:session>/end/", views_sessions.end_session, name="end-session"),
    path("emergency/<uuid:access>/renew/", views_emergency.renew, name="emergency-renew"),
    path("emergency/<uuid:access>/end/", views_emergency.end, name="emergency-end"),
    path("settings/care-teams/", views_teams.care_teams, name="care-teams"),
    path("settings/care-teams/<uuid:team>/", views_teams.care_team, name="care-team"),
    path("settings/care-teams/<uuid:team>/end/", views_teams.end_team, name="end-team"),
    path("settings/care-teams/<uuid:team>/<uuid:place>/end/", views_teams.leave_team, name="leave-team"),
    path("settings/stand-in/<slug:kind>/add/", views_teams.stand_in, name="stand-in"),
    path("settings/stand-in/<uuid:duty>/end/", views_teams.stand_down, name="stand-down"),
    path("settings/alternates/", views_alternates.alternates_page, name="alternates"),
    path("settings/alternates/<uuid:alternate>/end/", views_alternates.end_alternate, name="end-alternate"),
    path("hats/<uuid:hat>/wear/", views_hats.change, name="wear-hat"),
    path("notices/<uuid:notice>/seen/", views_notices.seen, name="notice-seen"),
]
