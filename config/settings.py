"""Django's settings. Nothing secret is written here and nothing secret has a default."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import keepwell
from config import jinja, logging
from config.databases import databases
from keepwell.operations.places import Places

PLACES = Places.here()
SECRET_KEY = os.environ.get("KEEPWELL_DJANGO_KEY") or PLACES.secret("django.key")
DEBUG = False
ALLOWED_HOSTS = os.environ.get("KEEPWELL_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
# "1": our own server ends TLS. "proxy": one in front does, and says so in X-Forwarded-Proto.
TLS = os.environ.get("KEEPWELL_TLS", "") in ("1", "proxy")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("KEEPWELL_TLS") == "proxy" else None

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "keepwell.practices",
    "keepwell.ledger",
    "keepwell.access",
]
INSTALLED_APPS += [
    f"keepwell.{name}"
    for name in (
        "patients",
        "tasks",
        "outbound",
        "scheduling",
        "records",
        "messaging",
        "privacy",
        "fhir",
        "compliance",
        "hooks",
        "jobs",
    )
    if (Path(keepwell.__file__).parent / name / "apps.py").exists()
]

MIDDLEWARE = [
    "config.headers.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "keepwell.access.sessions.Sessions",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "config.preferences.Zones",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.preview.Previews",
    "keepwell.access.entrances.Entrance",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

DATABASES: dict[str, dict[str, Any]] = databases(PLACES, os.environ)
DATABASE_ROUTERS = ["config.databases.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "keepwell.access.factors.SealedFactors"
MFA_TOTP_TOLERANCE = 1
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

TEMPLATES = [
    {
        "BACKEND": "config.jinja.Templates",
        "DIRS": list(jinja.DIRS),
        "APP_DIRS": False,
        "OPTIONS": {"context_processors": ["config.shell.shell"]},
    }
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [Path(__file__).parent / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS: list[Path] = []
STATIC_ROOT = Path(__file__).parent / "static"
WHITENOISE_MAX_AGE = 31_536_000
WHITENOISE_ROOT = None

CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "config.views.forged"
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = TLS
SESSION_COOKIE_NAME = "__Host-keepwell" if TLS else "keepwell"
CSRF_COOKIE_NAME = "__Host-keepwell-csrf" if TLS else "keepwell-csrf"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
FILE_UPLOAD_HANDLERS = ["keepwell.vault.uploads.SealingHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

KEEPWELL_ROOT = os.environ.get("KEEPWELL_ROOT") or f"file:{PLACES.keys / 'root.key'}"
KEEPWELL_SSO_PRIVATE = os.environ.get("KEEPWELL_SSO_PRIVATE") == "1"
KEEPWELL_LOOPBACK_CARRIERS = os.environ.get("KEEPWELL_LOOPBACK_CARRIERS") == "1"
KEEPWELL_ANCHOR = os.environ.get("KEEPWELL_ANCHOR") or str(PLACES.keys / "anchor.jsonl")

# Each domain's jobs are in its `jobs.py`.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logging.configure()
