"""The notices Keepwell itself knows, in English and Spanish. A change of words is a new version."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from keepwell.base.sending import Topic
from keepwell.outbound.wording import Kind, notice

APPOINTMENT_CONFIRMED = notice(
    "appointment.confirmed",
    Topic.APPOINTMENTS,
    _("Appointment confirmed"),
    variables={"when": Kind.MOMENT, "link": Kind.LINK},
    subject={"en": "Message from %(clinic)s", "es": "Mensaje de %(clinic)s"},
    words={
        "en": {
            "least": "You have a message from %(clinic)s. See %(link)s or call %(phone)s.",
            "usual": "%(clinic)s: your appointment is on %(when)s. Details: %(link)s Questions: %(phone)s.",
            "full": "%(clinic)s: %(first_name)s, your appointment is on %(when)s. Details: %(link)s "
            "Questions: %(phone)s.",
        },
        "es": {
            "least": "Tiene un mensaje de %(clinic)s. Vea %(link)s o llame al %(phone)s.",
            "usual": "%(clinic)s: su cita es el %(when)s. Detalles: %(link)s Preguntas: %(phone)s.",
            "full": "%(clinic)s: %(first_name)s, su cita es el %(when)s. Detalles: %(link)s Preguntas: %(phone)s.",
        },
    },
)
APPOINTMENT_REMINDER = notice(
    "appointment.reminder",
    Topic.APPOINTMENTS,
    _("Appointment reminder"),
    variables={"when": Kind.MOMENT, "link": Kind.LINK},
    subject={"en": "Message from %(clinic)s", "es": "Mensaje de %(clinic)s"},
    words={
        "en": {
            "least": "You have a message from %(clinic)s. See %(link)s or call %(phone)s.",
            "usual": "%(clinic)s: a reminder of your appointment on %(when)s. To confirm or change it: %(link)s "
            "or call %(phone)s.",
            "full": "%(clinic)s: %(first_name)s, a reminder of your appointment on %(when)s. To confirm or change it: "
            "%(link)s or call %(phone)s.",
        },
        "es": {
            "least": "Tiene un mensaje de %(clinic)s. Vea %(link)s o llame al %(phone)s.",
            "usual": "%(clinic)s: le recordamos su cita del %(when)s. Para confirmarla o cambiarla: %(link)s o llame "
            "al %(phone)s.",
            "full": "%(clinic)s: %(first_name)s, le recordamos su cita del %(when)s. Para confirmarla o cambiarla: "
            "%(link)s o llame al %(phone)s.",
        },
    },
)
APPOINTMENT_MOVED = notice(
    "appointment.moved",
    Topic.ACCESS,
    _("Appointment moved"),
    variables={"when": Kind.MOMENT, "link": Kind.LINK},
    subject={"en": "Message from %(clinic)s", "es": "Mensaje de %(clinic)s"},
    words={
        "en": {
            "least": "You have a message from %(clinic)s. See %(link)s or call %(phone)s.",
            "usual": "%(clinic)s: your appointment was moved to %(when)s. Details: %(link)s Questions: %(phone)s.",
        },
        "es": {
            "least": "Tiene un mensaje de %(clinic)s. Vea %(link)s o llame al %(phone)s.",
            "usual": "%(clinic)s: su cita se cambió al %(when)s. Detalles: %(link)s Preguntas: %(phone)s.",
        },
    },
)
APPOINTMENT_CANCELLED = notice(
    "appointment.cancelled",
    Topic.ACCESS,
    _("Appointment cancelled"),
    variables={"when": Kind.MOMENT},
    subject={"en": "Message from %(clinic)s", "es": "Mensaje de %(clinic)s"},
    words={
        "en": {
            "least": "You have a message from %(clinic)s. Please call %(phone)s.",
            "usual": "%(clinic)s: your appointment on %(when)s is cancelled. To find another time call %(phone)s.",
        },
        "es": {
            "least": "Tiene un mensaje de %(clinic)s. Por favor llame al %(phone)s.",
            "usual": "%(clinic)s: su cita del %(when)s se canceló. Para encontrar otra hora llame al %(phone)s.",
        },
    },
)
SLOT_OFFERED = notice(
    "slot.offered",
    Topic.APPOINTMENTS,
    _("An earlier time is free"),
    variables={"when": Kind.MOMENT, "until": Kind.MOMENT, "link": Kind.LINK},
    subject={"en": "Message from %(clinic)s", "es": "Mensaje de %(clinic)s"},
    words={
        "en": {
            "least": "You have a message from %(clinic)s. See %(link)s or call %(phone)s.",
            "usual": "%(clinic)s: a time on %(when)s is free. It is kept for you until %(until)s: %(link)s "
            "or call %(phone)s.",
        },
        "es": {
            "least": "Tiene un mensaje de %(clinic)s. Vea %(link)s o llame al %(phone)s.",
            "usual": "%(clinic)s: hay una hora libre el %(when)s. Se la guardamos hasta el %(until)s: %(link)s o "
            "llame al %(phone)s.",
        },
    },
)
VISIT_LINK = notice(
    "visit.link",
    Topic.ACCESS,
    _("Link to a video visit"),
    variables={"link": Kind.LINK},
    subject={"en": "Message from %(clinic)s", "es": "Mensaje de %(clinic)s"},
    words={
        "en": {"usual": "%(clinic)s: your link is %(link)s It is for you alone. Questions: %(phone)s."},
        "es": {"usual": "%(clinic)s: su enlace es %(link)s Es solo para usted. Preguntas: %(phone)s."},
    },
)
SIGN_IN_CODE = notice(
    "sign_in.code",
    Topic.ACCESS,
    _("Code to sign in"),
    variables={"code": Kind.CODE},
    subject={"en": "Message from %(clinic)s", "es": "Mensaje de %(clinic)s"},
    words={
        "en": {
            "usual": "%(code)s is your code. It is good for ten minutes. Nobody from %(clinic)s will ask you for it."
        },
        "es": {"usual": "%(code)s es su código. Sirve diez minutos. Nadie de %(clinic)s se lo pedirá."},
    },
)
MESSAGE_WAITS = notice(
    "message.waits",
    Topic.CARE,
    _("A message waits to be read"),
    variables={"link": Kind.LINK},
    subject={"en": "Message from %(clinic)s", "es": "Mensaje de %(clinic)s"},
    words={
        "en": {"usual": "You have a message from %(clinic)s. Read it at %(link)s or call %(phone)s."},
        "es": {"usual": "Tiene un mensaje de %(clinic)s. Léalo en %(link)s o llame al %(phone)s."},
    },
)
PLEASE_CALL = notice(
    "please.call",
    Topic.CARE,
    _("Please call us"),
    subject={"en": "Message from %(clinic)s", "es": "Mensaje de %(clinic)s"},
    words={
        "en": {"usual": "%(clinic)s would like to speak with you. Please call %(phone)s."},
        "es": {"usual": "%(clinic)s quisiera hablar con usted. Por favor llame al %(phone)s."},
    },
)
PRACTICE_NEWS = notice(
    "practice.news",
    Topic.PRACTICE,
    _("News of the practice"),
    variables={"link": Kind.LINK},
    unsubscribe=True,
    subject={"en": "News from %(clinic)s", "es": "Noticias de %(clinic)s"},
    words={
        "en": {"usual": "There is news from %(clinic)s: %(link)s"},
        "es": {"usual": "Hay noticias de %(clinic)s: %(link)s"},
    },
)
EDUCATION = notice(
    "education.new",
    Topic.EDUCATION,
    _("Something to read"),
    variables={"link": Kind.LINK},
    unsubscribe=True,
    subject={"en": "Message from %(clinic)s", "es": "Mensaje de %(clinic)s"},
    words={
        "en": {"usual": "%(clinic)s has something for you to read: %(link)s"},
        "es": {"usual": "%(clinic)s tiene algo para que usted lo lea: %(link)s"},
    },
)
TEXTS_STOPPED = notice(
    "texts.stopped",
    Topic.ACCESS,
    _("Texts are stopped"),
    version=2,
    for_anybody=True,
    last=True,
    subject={"en": "Message from %(clinic)s", "es": "Mensaje de %(clinic)s"},
    words={
        language: {
            "usual": "%(clinic)s: you will get no more texts. To start again, text START. / "
            "Ya no recibirá mensajes. Para recibirlos otra vez, escriba START."
        }
        for language in ("en", "es")
    },
)
STAFF_INVITED = notice(
    "staff.invited",
    Topic.ACCESS,
    _("Invitation for a colleague"),
    version=2,
    variables={"link": Kind.LINK},
    for_anybody=True,
    subject={"en": "Your access at %(clinic)s", "es": "Su acceso en %(clinic)s"},
    words={
        language: {
            "usual": "You are invited to work with Keepwell at %(clinic)s. Open this link yourself, once: %(link)s\n"
            "Se le invita a trabajar con Keepwell en %(clinic)s. Abra usted este enlace, una vez: %(link)s"
        }
        for language in ("en", "es")
    },
)
STAFF_ALERT = notice(
    "staff.alert",
    Topic.ACCESS,
    _("Alert for a colleague"),
    variables={"link": Kind.LINK},
    for_staff=True,
    subject={"en": "Something needs you at %(clinic)s", "es": "Algo le espera en %(clinic)s"},
    words={
        "en": {
            "usual": "Something about your sign-in or your work at %(clinic)s needs you. Sign in to see it: %(link)s"
        },
        "es": {
            "usual": "Algo de su acceso o de su trabajo en %(clinic)s le espera. Inicie sesión para verlo: %(link)s"
        },
    },
)
TEST = notice(
    "connection.test",
    Topic.ACCESS,
    _("Test of a connection"),
    variables={"at": Kind.MOMENT},
    for_staff=True,
    subject={"en": "Test from %(clinic)s", "es": "Prueba de %(clinic)s"},
    words={
        "en": {"usual": "This is a test from Keepwell at %(clinic)s, asked for on %(at)s. The connection works."},
        "es": {"usual": "Esta es una prueba de Keepwell en %(clinic)s, pedida el %(at)s. La conexión funciona."},
    },
)
