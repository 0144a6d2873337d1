"""What happens, in words. For each verb: how the sentence goes on before a name, and how it stands without one."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from keepwell.compliance.verbs_inbox import INBOX
from keepwell.compliance.verbs_people import PEOPLE
from keepwell.compliance.verbs_scheduling import SCHEDULING
from keepwell.compliance.verbs_sending import SENDING
from keepwell.compliance.verbs_visits import VISITS
from keepwell.compliance.verbs_waiting import WAITING

VERBS = (
    PEOPLE
    | INBOX
    | {
        "disclosure.logged": (_("wrote down what left about"), _("wrote down what left about somebody")),
        "disclosure.withheld": (
            _("noted that an agency asked to be left out of accountings of"),
            _("noted that an agency asked to be left out of accountings"),
        ),
        "disclosure.withdrawn": (
            _("took back what was logged by mistake of"),
            _("took back what was logged by mistake"),
        ),
        "disclosures.accounted": (_("took out the accounting of"), _("took out an accounting of disclosures")),
        "disclosures.paired": (_("wrote down messages that went to"), _("wrote down messages that went out")),
        "transparency.made": (_("gave out the transparency pack of"), _("gave out a transparency pack")),
        "channel.paused": (_("told that a channel is paused"), _("told that a channel is paused")),
        "channel.resumed": (_("told that a channel carries again"), _("told that a channel carries again")),
        "task.obsolete": (_("took away a task that is over about"), _("took away a task that is over")),
        "activity.export_asked": (
            _("asked for an export of the activity log of"),
            _("asked for an export of the activity log"),
        ),
        "activity.export_stopped": (
            _("stopped an export of the activity log of"),
            _("stopped an export of the activity log"),
        ),
        "activity.export_taken": (
            _("downloaded an export of the activity log of"),
            _("downloaded an export of the activity log"),
        ),
        "activity.exported": (_("exported the activity log of"), _("exported the activity log")),
        "activity.exports_expired": (
            _("took away old exports of the activity log of"),
            _("took away old exports of the activity log"),
        ),
        "activity.question_renamed": (
            _("renamed a question to the activity log of"),
            _("renamed a question to the activity log"),
        ),
        "activity.question_saved": (
            _("saved a question to the activity log of"),
            _("saved a question to the activity log"),
        ),
        "activity.question_shared": (
            _("changed who sees a question to the activity log of"),
            _("changed who sees a question to the activity log"),
        ),
        "activity.question_taken_away": (
            _("took away a question to the activity log of"),
            _("took away a question to the activity log"),
        ),
        "activity.question_undone": (
            _("undid a change of a question to the activity log of"),
            _("undid a change of a question to the activity log"),
        ),
        "address.added": (_("added an address of"), _("added an address")),
        "address.ended": (_("ended an address of"), _("ended an address")),
        "agreement.activated": (_("put in force an agreement of"), _("put an agreement in force")),
        "agreement.breached": (
            _("wrote down a breach of an agreement of"),
            _("wrote down that a vendor broke an agreement"),
        ),
        "agreement.clauses_checked": (_("checked clauses of an agreement of"), _("checked clauses of an agreement")),
        "agreement.closed": (_("closed the exit from an agreement of"), _("closed the exit from an agreement")),
        "agreement.cured": (_("noted the cure of a breach for"), _("noted that a vendor cured a breach")),
        "agreement.kept": (
            _("kept an agreement in spite of a breach for"),
            _("kept an agreement in spite of a breach"),
        ),
        "agreement.recorded": (_("recorded an agreement of"), _("recorded an agreement with a vendor")),
        "agreement.renewed": (_("renewed an agreement of"), _("renewed an agreement")),
        "agreement.report_accepted": (
            _("accepted the reporting time in an agreement of"),
            _("accepted the reporting time in an agreement"),
        ),
        "agreement.reviewed": (
            _("went through the clauses again of an agreement of"),
            _("went through the clauses of an agreement again"),
        ),
        "agreement.signed": (_("noted the signatures on an agreement of"), _("noted the signatures on an agreement")),
        "agreement.terminated": (_("ended an agreement of"), _("ended an agreement")),
        "authorization.copied": (_("gave a copy of their authorization to"), _("gave a copy of an authorization")),
        "authorization.found_false": (_("found false an authorization of"), _("found an authorization false")),
        "authorization.ran_out": (_("noted the end of an authorization of"), _("noted the end of an authorization")),
        "authorization.revoked": (
            _("noted that an authorization was withdrawn by"),
            _("noted a withdrawn authorization"),
        ),
        "authorization.signed": (_("noted a signed authorization of"), _("noted a signed authorization")),
        "call_rules.set": (_("set the rules for calls to"), _("set the rules for calls to a patient")),
        "caller.not_verified": (
            _("told nothing to a caller they could not verify, about"),
            _("told nothing to a caller they could not verify"),
        ),
        "caller.verified": (_("verified a caller about"), _("verified a caller")),
        "care_relation.began": (_("began a care relation with"), _("began a care relation")),
        "care_relation.ended": (_("ended a care relation with"), _("ended a care relation")),
        "care_team.formed": (_("formed a care team for"), _("formed a care team")),
        "chart.opened": (_("opened the chart of"), _("opened a chart")),
        "confidential.agreed": (_("set how to reach"), _("set how a patient is to be reached")),
        "confidential.ended": (_("lifted the chosen way to reach"), _("lifted a chosen way to reach a patient")),
        "consent.declined": (_("noted a no of"), _("noted a patient's no")),
        "consent.given": (_("noted the consent of"), _("noted a consent")),
        "consent.revoked": (_("noted that consent was taken back by"), _("noted that a consent was taken back")),
        "consents.loaded": (_("wrote down from paper the consents of"), _("wrote down consents from paper")),
        "consents.unloaded": (_("took out again paper consents of"), _("took out paper consents again")),
        "paper_consents.checked": (_("sent a list of paper consents to"), _("sent a list of paper consents")),
        "paper_consents.moved": (
            _("dealt with a list of paper consents of"),
            _("dealt with a list of paper consents"),
        ),
        "consent_text.drafted": (_("drafted a consent text for"), _("drafted a consent text")),
        "consent_text.edited": (_("reworded a draft of a consent text for"), _("reworded a draft of a consent text")),
        "consent_text.approved": (_("approved a consent text of"), _("approved a consent text")),
        "consent_texts.compared": (
            _("compared the published consent texts with the activity log for"),
            _("compared the published consent texts with the activity log"),
        ),
        "consent_text.published": (_("published a consent text of"), _("published a consent text")),
        "contact.added": (_("added a phone or e-mail of"), _("added a phone or e-mail")),
        "contact.ended": (_("ended a phone or e-mail of"), _("ended a phone or e-mail")),
        "coverage.added": (_("added insurance of"), _("added insurance")),
        "coverage.ended": (_("ended insurance of"), _("ended insurance")),
        "emergency_access.answered": (
            _("answered an officer about emergency access to"),
            _("answered an officer about emergency access"),
        ),
        "emergency_access.asked": (
            _("said why they need emergency access to"),
            _("said why they need emergency access"),
        ),
        "emergency_access.began": (_("began emergency access to"), _("began emergency access")),
        "emergency_access.ended": (_("ended emergency access to"), _("ended emergency access")),
        "emergency_access.explained": (_("explained emergency access to"), _("explained emergency access")),
        "emergency_access.part2_disclosed": (
            _("wrote down a medical emergency (42 CFR § 2.51) for"),
            _("wrote down a medical emergency (42 CFR § 2.51)"),
        ),
        "emergency_access.renewed": (_("renewed emergency access to"), _("renewed emergency access")),
        "handling.flagged": (_("noted for the front desk how to deal with"), _("noted how to deal with a patient")),
        "handling.unflagged": (
            _("took back a note for the front desk about"),
            _("took back a note for the front desk"),
        ),
        "import.finished": (_("finished importing a file of"), _("finished importing a file")),
        "import.opened": (_("read an imported file of"), _("read an imported file")),
        "import.sent": (_("sent files to import for"), _("sent files to import")),
        "key.rotated": (_("renewed the keys of"), _("renewed keys")),
        "ledger.checked": (_("verified an entry about"), _("verified an entry of the activity log")),
        "ledger.exported": (_("exported the activity log of"), _("exported the activity log")),
        "ledger.read": (_("read the activity log about"), _("read the activity log")),
        "ledger.reconciled": (
            _("compared with the activity log the protected values of"),
            _("compared protected values with the activity log"),
        ),
        "page.opened": (_("opened a page about"), _("opened a page")),
        "patient.edited": (_("corrected the facts of"), _("corrected the facts of a patient")),
        "patient.merged": (_("merged the records of"), _("merged two records")),
        "patient.registered": (_("registered"), _("registered a patient")),
        "patient.searched": (
            _("searched for patients and looked at"),
            _("searched for patients; nobody answered"),
        ),
        "patient.told_apart": (_("told apart"), _("told two patients apart")),
        "patient.unmerged": (_("took apart the records of"), _("took two records apart")),
        "practice_key.destroyed": (_("destroyed an old key of"), _("destroyed an old key of the practice")),
        "practice_key.renewed": (_("renewed the key of"), _("renewed the key of the practice")),
        "practice_key.rewrapped": (_("put under the new key the keys of"), _("put keys under the new key")),
        "record.disposed": (_("destroyed for good the record of"), _("destroyed a record for good")),
        "related_person.added": (_("added somebody who belongs to"), _("added a related person")),
        "related_person.ended": (_("ended a related person of"), _("ended a related person")),
        "request.undone": (_("had a request that did not finish about"), _("had a request that did not finish")),
        "resources.imported": (_("imported records of"), _("imported records")),
        "resources.reclassified": (_("changed the protection of records of"), _("changed the protection of records")),
        "restriction.agreed": (_("agreed to a restriction for"), _("agreed to a restriction")),
        "restriction.ended": (_("ended a restriction for"), _("ended a restriction")),
        "task.added": (_("asked for something to be done about"), _("asked for something to be done")),
        "task.cancelled": (_("cancelled a task about"), _("cancelled a task")),
        "task.changed": (_("changed a task about"), _("changed a task")),
        "task.claimed": (_("took a task about"), _("took a task")),
        "task.commented": (_("commented on a task about"), _("commented on a task")),
        "task.done": (_("did a task about"), _("did a task")),
        "task.handed_over": (_("handed over a task about"), _("handed over a task")),
        "task.reopened": (_("reopened a task about"), _("reopened a task")),
        "tasks.handed_over": (_("handed over everything to be done about"), _("handed over somebody's tasks")),
        "texts.restarted": (_("allowed texts again to a number of"), _("allowed texts to a number again")),
        "texts.stopped": (_("stopped texts to a number of"), _("stopped texts to a number")),
        "lapse.counted": (_("counted after all a missed visit of"), _("counted a missed visit after all")),
        "lapse.waived": (_("waived a missed or late-cancelled visit of"), _("waived a missed or late-cancelled visit")),
        "request.booked": (_("answered with a visit the request of"), _("answered a request with a visit")),
        "request.declined": (_("declined the request of"), _("declined a request for a visit")),
        "request.made": (_("wrote down a request of"), _("wrote down a request for a visit")),
        "request.matched": (_("matched a request with"), _("matched a request with a patient")),
        "request.waitlisted": (_("put on the waitlist the request of"), _("put a request on the waitlist")),
        "request.withdrawn": (
            _("closed as not needed the request of"),
            _("closed a request that is not needed any more"),
        ),
        "vendor.added": (_("added a vendor of"), _("added a vendor")),
        "vendor.answered": (_("noted the answer of a vendor of"), _("noted a vendor's answer")),
        "vendor.assurance_withdrawn": (
            _("withdrew an attestation about a vendor of"),
            _("withdrew an attestation about a vendor"),
        ),
        "vendor.assured": (_("noted an attestation about a vendor of"), _("noted an attestation about a vendor")),
        "vendor.changed": (_("changed a vendor of"), _("changed what is noted of a vendor")),
        "vendor.ended": (_("ended a vendor of"), _("ended the work of a vendor")),
        "vendor.paper_kept": (_("kept a file about a vendor of"), _("kept a file about a vendor")),
        "vendor.paper_read": (_("read a file about a vendor of"), _("read a file about a vendor")),
        "vendor.subcontractor_ended": (
            _("ended a subcontractor of a vendor of"),
            _("ended a vendor's subcontractor"),
        ),
        "vendor.subcontractor_named": (_("named a subcontractor of a vendor of"), _("named a vendor's subcontractor")),
        "vendor_service.added": (_("added a vendor's service to"), _("added a vendor's service")),
        "vendor_service.decided": (
            _("decided what a vendor's service is for"),
            _("decided what a vendor's service is in law"),
        ),
        "vendor_service.stopped": (
            _("took a vendor's service out of use for"),
            _("took a vendor's service out of use"),
        ),
        "vendor_service.used": (_("put a vendor's service in use for"), _("put a vendor's service in use")),
    }
)

VERBS |= SENDING | SCHEDULING | VISITS | WAITING

_KINDS = {
    "deny": (_("was refused {what} of"), _("was refused {what}")),
    "undone": VERBS["request.undone"],
    "sealed": (_("changed protected values of"), _("changed protected values")),
    "disposal": VERBS["record.disposed"],
    "find": VERBS["patient.searched"],
}

KINDS = {
    "open": _("Opened"),
    "find": _("Searched"),
    "deny": _("Refused"),
    "action": _("Changed"),
    "sign_in": _("Sign-ins"),
    "undone": _("Not finished"),
    "sealed": _("Protected values written"),
    "disposal": _("Destroyed"),
    "system": _("Keepwell itself"),
}
"""Kinds of entries, by the words of their filter."""

_CLASSES = {
    "identity": _("name and birth date"),
    "contact": _("contact details"),
    "coverage": _("insurance"),
    "clinical": _("clinical record"),
    "message": _("messages"),
    "psychotherapy": _("psychotherapy notes"),
    "part2": _("substance use treatment (Part 2)"),
    "office": _("the practice's own notes"),
}


def sentence(kind: str, verb: str, classes: Iterable[str], *, listed: bool, about: bool) -> str:
    """What happened, up to the names if the entry is `about` somebody, else whole."""
    if kind == "open":
        said = _opened(verb, listed)
    elif kind == "deny" and verb == "page.opened":
        said = (_("was refused a page about"), _("was refused a page"))
    elif kind in _KINDS:
        said = _KINDS[kind]
    else:
        said = VERBS.get(verb) or (_spelled(verb) + ":", _spelled(verb))
    return str(said[0 if about else 1]).format(what=class_words(classes))


def _opened(verb: str, listed: bool) -> tuple[object, object]:
    if verb != "chart.opened":
        return _("got ready to write {what} of"), _("got ready to write {what}")
    if listed:
        return _("listed {what} of"), _("listed {what}")
    return _("opened {what} of"), _("opened {what}")


def verb_words(verb: str) -> str:
    """A verb of the ledger in words; one without words of its own is read as it stands."""
    said = str(VERBS[verb][1]) if verb in VERBS else _spelled(verb)
    return said[:1].upper() + said[1:]


def kind_words(kind: str) -> str:
    """A kind of entry in words."""
    return str(KINDS.get(kind, kind))


def class_words(classes: Iterable[str]) -> str:
    """The classes of protected values in the words of the screen."""
    return ", ".join(str(_CLASSES.get(c, c)) for c in classes) or str(_("nothing protected"))


def _spelled(verb: str) -> str:
    return verb.replace(".", " ").replace("_", " ")
