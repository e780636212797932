"""Settings, all of them, read from the environment.

Without any variable set, Marquee runs on this machine alone: SQLite under ``var/``, mail in a
folder, debug pages on. ``docs/operators.md`` explains every variable. With ``DEBUG=off`` it refuses to start
on a value that is unsafe in production; with ``DEMO=on`` as well, it may pretend: no mail server, no real money.
"""

import re
from pathlib import Path
from urllib.parse import urlsplit

import environ
from babel.numbers import list_currencies
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from whitenoise.compress import Compressor

env = environ.Env()
env.ENVIRON = {name: value for name, value in env.ENVIRON.items() if value}  # an empty variable counts as not set


def require(condition: object, message: str) -> None:
    """Refuse to start, telling the operator what to set."""
    if not condition:
        raise ImproperlyConfigured(message)


BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

VERSION = "0.1.0"

# Safety ---------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=True)
DEMO = env.bool("DEMO", default=DEBUG)
IS_LIVE = not (DEBUG or DEMO)  # real customers, real money

SECRET_KEY = env.str("SECRET_KEY", default="only-for-development-and-tests" if DEBUG else "")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
require(
    DEBUG or (len(SECRET_KEY) >= 50 and len(set(SECRET_KEY)) >= 10),
    "Set SECRET_KEY to at least 50 random characters.",
)
require(
    DEBUG or (ALLOWED_HOSTS and "*" not in ALLOWED_HOSTS),
    "Set ALLOWED_HOSTS to the names that this site answers to, without *.",
)

# What signs the codes of tickets. Empty: a key derived from SECRET_KEY.
TICKET_SIGNING_KEY = env.str("TICKET_SIGNING_KEY", default="")
TICKET_SIGNING_KEY_FALLBACKS = env.list("TICKET_SIGNING_KEY_FALLBACKS", default=[])
for _key in filter(None, [TICKET_SIGNING_KEY, *TICKET_SIGNING_KEY_FALLBACKS]):
    require(
        re.fullmatch(r"[A-Za-z0-9+/]{43}=", _key),
        "TICKET_SIGNING_KEY and TICKET_SIGNING_KEY_FALLBACKS are what `openssl rand -base64 32` prints.",
    )

HTTPS = env.bool("HTTPS", default=not DEBUG)
require(HTTPS or not IS_LIVE, "HTTPS=off sends customers' links and cards in the clear: leave it on.")
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(api/)?health$"]  # asked by load balancers and containers from inside
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=3600) if HTTPS else 0
# Whether other names of the same domain may be bound to TLS is for their owner to say, not for us.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"  # the secret link of a booking must not leak to other sites
X_FRAME_OPTIONS = "DENY"
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# Applications ---------------------------------------------------------------------------------

INSTALLED_APPS = [
    "config",
    "reports",
    "bookings",
    "ticketing",
    "events",
    "venues",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "import_export",
    "django_tasks",
    "django_tasks_db",
    "ninja",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Staff only by default: a public view says so with @login_not_required.
    "config.middleware.StaffRequiredMiddleware",
    "config.middleware.PermissionsPolicyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
LOGIN_URL = "admin:login"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context_processors.site",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Customers have no session: their messages travel in a signed cookie, their holds in links.
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# Data -----------------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'marquee.sqlite3'}")}
_database = DATABASES["default"]
_options = _database.setdefault("OPTIONS", {})
if _database["ENGINE"].endswith("sqlite3"):
    # One writer at a time, taken at the start: a booking waits its turn instead of failing half-way.
    _options.setdefault("transaction_mode", "IMMEDIATE")
    _options.setdefault("timeout", 20)
    _options.setdefault("init_command", "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
else:
    if env.bool("DATABASE_POOL", default=False):
        _options.setdefault("pool", {"min_size": 2, "max_size": env.int("DATABASE_POOL_SIZE", default=10)})
    else:
        _database["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=60)
        _database["CONN_HEALTH_CHECKS"] = True
    # PgBouncer in transaction mode keeps no server-side cursors.
    _database["DISABLE_SERVER_SIDE_CURSORS"] = env.bool("PGBOUNCER", default=False)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": env.cache_url("REDIS_URL")
    if "REDIS_URL" in env
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

CACHE_IS_SHARED = "REDIS_URL" in env  # by all processes: what it counts is right

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "mail", "webhooks"]}}

# Mail -----------------------------------------------------------------------------------------

if "EMAIL_URL" in env:
    vars().update(env.email_url("EMAIL_URL"))
else:
    require(not IS_LIVE, "Set EMAIL_URL, for example smtp+tls://user:password@mail.example.org:587.")
    EMAIL_BACKEND = "config.mail.FolderBackend"
EMAIL_TIMEOUT = 20
MAIL_DIR = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="" if IS_LIVE else "Marquee <tickets@localhost>")
require(DEFAULT_FROM_EMAIL, "Set DEFAULT_FROM_EMAIL, for example Grand Theatre <tickets@example.org>.")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Place and language ---------------------------------------------------------------------------

LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en-gb")
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "config.formats"

# Files ----------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(VAR_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "media/"
MEDIA_ROOT = VAR_DIR / "media"
FIXTURE_DIRS = [BASE_DIR / "fixtures"]
# Maps of other people's scripts: large, and asked for by their developers only.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# The house ------------------------------------------------------------------------------------

SITE_NAME = env.str("SITE_NAME", default="Marquee")
SITE_URL = env.str("SITE_URL", default="" if IS_LIVE else "http://127.0.0.1:8000").rstrip("/")
require(
    not IS_LIVE or SITE_URL.startswith("https://"),
    "Set SITE_URL to the address in e-mails and on tickets, for example https://tickets.example.org.",
)
require(urlsplit(SITE_URL).hostname, "SITE_URL is not an address. Example: https://tickets.example.org.")
CURRENCY = env.str("CURRENCY", default="EUR")
require(CURRENCY in list_currencies(), "CURRENCY is not an ISO 4217 code. Example: EUR.")
HOLD_MINUTES = env.int("HOLD_MINUTES", default=10)
require(1 <= HOLD_MINUTES <= 120, "HOLD_MINUTES must be from 1 to 120.")
WAITLIST_HOURS = env.int("WAITLIST_HOURS", default=12)
require(1 <= WAITLIST_HOURS <= 168, "WAITLIST_HOURS must be from 1 to 168.")
PAYMENT_PROVIDER = env.str("PAYMENT_PROVIDER", default="demo")
require(PAYMENT_PROVIDER in ("demo", "on_site"), "PAYMENT_PROVIDER is either demo or on_site.")
require(
    not IS_LIVE or PAYMENT_PROVIDER != "demo",
    "PAYMENT_PROVIDER=demo takes no money: set it to a real provider, or DEMO=on.",
)

# Webhooks go to the public internet only, unless this is on.
WEBHOOK_ALLOW_PRIVATE = env.bool("WEBHOOK_ALLOW_PRIVATE", default=False)

PROOF_WORDS = env.list("PROOF_WORDS", default=["reduced", "concession", "student", "senior", "child", "youth"])

# The JSON API ---------------------------------------------------------------------------------

# Requests a minute: with a key, and from an address without one.
API_REQUESTS_PER_KEY = env.int("API_REQUESTS_PER_KEY", default=600)
API_REQUESTS_PER_ADDRESS = env.int("API_REQUESTS_PER_ADDRESS", default=120)
require(
    API_REQUESTS_PER_KEY > 0 and API_REQUESTS_PER_ADDRESS > 0,
    "API_REQUESTS_PER_KEY and API_REQUESTS_PER_ADDRESS must be above 0.",
)

# Logs: one line each, to standard error, where whatever runs the process collects them -----------

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    # The worker sets the level of its own loggers; what is written is decided here.
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain", "level": LOG_LEVEL}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        # Django's own handlers would say everything twice, and send mail.
        "django": {"handlers": [], "level": "NOTSET"},
        # Somebody knocks at our address under another name: every robot does.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
