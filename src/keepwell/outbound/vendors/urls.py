from __future__ import annotations

from django.urls import path

from keepwell.outbound.vendors import views, views_agreements, views_papers

urlpatterns = [
    path("", views.register, name="vendors"),
    path("new/", views.add, name="vendor-add"),
    path("own/", views.own_rooms, name="hosting-own"),
    path("<uuid:vendor>/", views.vendor, name="vendor"),
    path("<uuid:vendor>/change/", views.change, name="vendor-change"),
    path("<uuid:vendor>/end/", views.end, name="vendor-end"),
    path("<uuid:vendor>/services/", views.offer, name="vendor-offer"),
    path("services/<uuid:service>/decide/", views.decide, name="vendor-decide"),
    path("services/<uuid:service>/use/", views.use, name="vendor-use"),
    path("services/<uuid:service>/stop/", views.stop, name="vendor-stop"),
    path("<uuid:vendor>/assurances/", views_papers.assure, name="vendor-assure"),
    path("assurances/<uuid:assurance>/withdraw/", views_papers.withdraw, name="assurance-withdraw"),
    path("subcontractors/<uuid:subcontractor>/end/", views_papers.end_subcontractor, name="subcontractor-end"),
    path("<uuid:vendor>/subcontractors/", views_papers.subcontract, name="vendor-subcontract"),
    path("<uuid:vendor>/questions/", views_agreements.questionnaire, name="vendor-questions"),
    path("<uuid:vendor>/questions/<slug:question>/", views_agreements.answer, name="vendor-answer"),
    path("<uuid:vendor>/agreements/", views_agreements.record, name="agreement-record"),
    path("papers/<uuid:paper>/", views_papers.paper, name="vendor-paper"),
    path("agreements/<uuid:agreement>/", views_agreements.agreement, name="agreement"),
    path("agreements/<uuid:agreement>/draft/", views_agreements.drafted, name="agreement-draft"),
    path("agreements/<uuid:agreement>/clauses/", views_agreements.check, name="agreement-check"),
    path("agreements/<uuid:agreement>/press/<slug:act>/", views_agreements.press, name="agreement-press"),
    path("agreements/<uuid:agreement>/<slug:act>/", views_agreements.fill, name="agreement-fill"),
]
