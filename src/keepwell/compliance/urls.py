from __future__ import annotations

from django.urls import path

from keepwell.compliance import views, views_find, views_proof, views_reviews, views_saved
from keepwell.compliance.exports import views as exports
from keepwell.compliance.people import views as people
from keepwell.compliance.people import views_attesting as attesting
from keepwell.compliance.people import views_grants as grants
from keepwell.compliance.people import views_leaving as leaving
from keepwell.compliance.people import views_programs as programs
from keepwell.compliance.people import views_recovery as recovering
from keepwell.compliance.people import views_returning as returning

urlpatterns = [
    path("activity/", views.log, name="activity"),
    path("activity/find/", views_find.find, name="activity-find"),
    path("activity/saved/", views_saved.kept, name="activity-saved"),
    path("activity/saved/<uuid:question>/", views_saved.go, name="activity-question"),
    path("activity/saved/<uuid:question>/rename/", views_saved.rename, name="activity-question-rename"),
    path("activity/saved/<uuid:question>/share/", views_saved.share, name="activity-question-share"),
    path("activity/saved/<uuid:question>/take-away/", views_saved.take_away, name="activity-question-take-away"),
    path("activity/saved/<uuid:question>/undo/", views_saved.undo, name="activity-question-undo"),
    path("activity/exports/", exports.export, name="activity-exports"),
    path("activity/exports/<uuid:export>/", exports.one, name="activity-export"),
    path("activity/exports/<uuid:export>/file/", exports.download, name="activity-export-file"),
    path("activity/<uuid:entry>/", views.entry, name="activity-entry"),
    path("activity/<uuid:entry>/reason/", views.reason, name="activity-reason"),
    path("reviews/", views_reviews.weekly, name="reviews"),
    path("reviews/<uuid:access>/", views_reviews.one, name="review"),
    path("emergency/<uuid:access>/", views_reviews.own, name="emergency-own"),
    path("my-activity/", views.mine, name="my-activity"),
    path("my-activity/<uuid:entry>/", views.own_entry, name="my-activity-entry"),
    path("programs/", programs.listed, name="programs"),
    path("programs/new/", programs.begin, name="program-new"),
    path("programs/<uuid:program>/", programs.program, name="program"),
    path("programs/<uuid:program>/token/", programs.make_token, name="token-make"),
    path("programs/<uuid:program>/token/<uuid:token>/revoke/", programs.revoke, name="token-revoke"),
    path("programs/<uuid:program>/end/", programs.end, name="program-end"),
    path("people/", people.people, name="people"),
    path("people/reviews/", attesting.rounds, name="access-reviews"),
    path("people/reviews/<uuid:review>/", attesting.record, name="access-review"),
    path("people/reviews/<uuid:review>/mine/", attesting.attest, name="attest"),
    path("people/reviews/decide/<uuid:one>/", attesting.decide, name="attest-decide"),
    path("people/invite/", grants.invite, name="invite"),
    path("people/<uuid:member>/", people.person, name="person"),
    path("people/<uuid:member>/resume/", leaving.resume, name="resume"),
    path("people/<uuid:member>/leave/", leaving.leave, name="leave"),
    path("people/<uuid:member>/lost/", recovering.recover, name="recover"),
    path("people/<uuid:member>/lost/stop/", recovering.stop, name="recover-stop"),
    path("people/departures/<uuid:departure>/", leaving.departure, name="departure"),
    path("people/departures/<uuid:departure>/close/", leaving.close, name="departure-close"),
    path("people/departures/<uuid:departure>/things/", returning.add_thing, name="thing-add"),
    path("people/departures/<uuid:departure>/things/<uuid:thing>/", returning.settle, name="thing-settle"),
    path("people/departures/<uuid:departure>/partners/", returning.add_partner, name="partner-add"),
    path("people/departures/<uuid:departure>/partners/<uuid:partner>/", returning.tell, name="partner-tell"),
    path("people/<uuid:member>/role/", grants.change, name="change-role"),
    path("people/grants/<uuid:grant>/", grants.grant, name="grant"),
    path("people/grants/<uuid:grant>/approve/", grants.approve, name="grant-approve"),
    path("people/grants/<uuid:grant>/identity/", grants.prove, name="grant-prove"),
    path("people/grants/<uuid:grant>/clearance/", grants.check, name="grant-check"),
    path("people/grants/<uuid:grant>/withdraw/", grants.withdraw, name="grant-withdraw"),
    path("people/grants/<uuid:grant>/hand-over/", grants.hand_over, name="grant-hand-over"),
    path("activity/<uuid:entry>/proof/", views_proof.proof, name="activity-proof"),
    path("activity/<uuid:entry>/fhir/", views_proof.fhir, name="activity-fhir"),
    path("activity/<uuid:entry>/verify/", views_proof.verify, name="activity-verify"),
    path("my-activity/<uuid:entry>/proof/", views_proof.own_proof, name="my-activity-proof"),
    path("my-activity/<uuid:entry>/verify/", views_proof.own_verify, name="my-activity-verify"),
    path("my-activity/verifier/", views_proof.verifier, name="verifier"),
]
