"""All settings, read from the environment; a bad value stops the start with one sentence."""

import ipaddress
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SOURCE = Path(__file__).resolve().parent.parent
PROJECT = SOURCE.parent.parent

# trial: `make run` on loopback with invented data; production: `duban serve` for real work; test: the test suite.
ENVIRONMENT = os.environ.get("DUBAN_ENV", "trial")
if ENVIRONMENT not in {"trial", "production", "test"}:
    raise ImproperlyConfigured("DUBAN_ENV must be trial, production or test.")
HOME = Path(os.environ.get("DUBAN_HOME", PROJECT / "build" / "home"))
IS_TRIAL = ENVIRONMENT == "trial"

DEBUG = os.environ.get("DUBAN_DEBUG") == "1"

# Whether the roles of config.roles.SECOND_FACTOR show a second factor; a trial signs in by one click.
SECOND_FACTOR = os.environ.get("DUBAN_SECOND_FACTOR", "required" if ENVIRONMENT == "production" else "off")
if SECOND_FACTOR not in {"required", "off"}:
    raise ImproperlyConfigured("DUBAN_SECOND_FACTOR must be required or off.")


def _secret_key() -> str:
    path = Path(os.environ.get("DUBAN_SECRET_KEY_FILE", HOME / "secrets" / "secret_key"))
    if path.is_file():
        return path.read_text().strip()
    if ENVIRONMENT == "production":
        raise ImproperlyConfigured(f"The secret key is missing: {path} does not exist. Restore it from your backup.")
    return "only-for-trying-" + "0" * 40


SECRET_KEY = _secret_key()


def _database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql://.")
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": query.pop("port", str(parts.port or "")),
        "CONN_MAX_AGE": 0,
        # A restarted database leaves dead connections in the pool; each is tried before it is used.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 3, **query},
    }


# The owner migrates and restores; the application's role does everything else and owns nothing.
AS_OWNER = os.environ.get("DUBAN_AS_OWNER") == "1"
_url = os.environ.get("DATABASE_OWNER_URL" if AS_OWNER else "DATABASE_URL", "")
DATABASES = {"default": _database(_url or "postgresql://duban_app@127.0.0.1/duban")}
if not AS_OWNER and ENVIRONMENT != "test":
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 8, "timeout": 3}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ALLOWED_HOSTS = [host for host in os.environ.get("DUBAN_HOSTS", "127.0.0.1,localhost,testserver").split(",") if host]
ORIGIN = os.environ.get("DUBAN_ORIGIN", "")
if ORIGIN:
    CSRF_TRUSTED_ORIGINS = [ORIGIN]


def _networks(name: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    given = [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]
    try:
        return [ipaddress.ip_network(word) for word in given]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be addresses or networks, separated by commas: {error}.") from error


# Only these are believed where they say, in X-Forwarded-For, who asks.
TRUSTED_PROXIES = _networks("DUBAN_TRUSTED_PROXIES")

SUBJECTS = [
    "duban.portal",
    "duban.reporting",
    "duban.office",
    "duban.upkeep",
    "duban.tasks",
    "duban.directives",
    "duban.figures",
    "duban.burden",
    "duban.campaigns",
    "duban.papers",
    "duban.attachments",
    "duban.notices",
    "duban.workdays",
    "duban.access",
    "duban.organisation",
    "duban.accounts",
    "duban.audit",
    "duban.shell",
]
INSTALLED_APPS = [
    "duban.config",
    *SUBJECTS,
    "duban.workbooks",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "procrastinate.contrib.django",
]
MIDDLEWARE = [
    "duban.shell.middleware.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "duban.shell.middleware.Turns",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "duban.shell.middleware.Language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "duban.shell.middleware.Pause",
    "duban.config.middleware.OneTransaction",
]
ROOT_URLCONF = "duban.config.urls"
WSGI_APPLICATION = "duban.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "duban.shell.context.page",
            ],
            "builtins": [
                "duban.shell.templatetags.shell",
                "duban.shell.templatetags.addresses",
                "template_partials.templatetags.partials",
            ],
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["duban.accounts.backends.Sessions"]
PASSWORD_HASHERS = ["duban.accounts.passwords.Argon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/sign-in/"
SESSION_ENGINE = "duban.accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "duban.shell.http.csrf_failure"
if ENVIRONMENT == "production" and ORIGIN.startswith("https://"):
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 86400
# With "no-referrer" browsers send forms with "Origin: null", which the protection against forged forms refuses.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_I18N = True
# Installed apps bring their own words; the kernel is none.
LOCALE_PATHS = [SOURCE / "kernel" / "locale"]
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "static/"
STATIC_ROOT = PROJECT / "build" / "static"
_modules = PROJECT / "node_modules"
STATICFILES_DIRS = [
    (name, folder)
    for name, folder in [
        ("tabler", _modules / "@tabler" / "core" / "dist" / "css"),
        ("htmx", _modules / "htmx.org" / "dist"),
    ]
    if folder.is_dir()
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# Uploads: a speech of 50 MB must be refused with a sentence, so the limit stands above what is accepted.
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
MAXIMUM_UPLOAD_BYTES = 20 * 1024 * 1024
FILES = HOME / "files"
# Faces that the house has bought, for its papers; none is shipped.
FONTS = HOME / "fonts"


def _number(name: str, *, default: int, most: int) -> int:
    given = os.environ.get(name, "")
    if given and not (given.isdigit() and int(given) <= most):
        raise ImproperlyConfigured(f"{name} must be a whole number from 0 to {most}.")
    return int(given) if given else default


# Below this, writing pauses; reading needs next to nothing.
MINIMUM_FREE_BYTES = _number("DUBAN_MIN_FREE_MB", default=256, most=10**9) * 1024 * 1024
WATCHED_FOLDERS = [folder for folder in os.environ.get("DUBAN_WATCHED_FOLDERS", "").split(",") if folder]
# 0: nobody counts.
METRICS_PORT = _number("DUBAN_METRICS_PORT", default=0, most=65535)

# The only hosts to which anything is ever sent: the robots of group chats. Empty: nothing leaves.
ROBOT_HOSTS = [
    host
    for host in os.environ.get("DUBAN_ROBOT_HOSTS", "qyapi.weixin.qq.com,oapi.dingtalk.com,open.feishu.cn").split(",")
    if host
]
# The server of a test, "127.0.0.1:port"; set by tests themselves and nowhere else.
ROBOT_LOOPBACK = ""

# Each subject keeps its jobs in jobs.py.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "duban.shell.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {
        "handlers": ["stderr"],
        "level": os.environ.get("DUBAN_LOG", "WARNING" if ENVIRONMENT == "test" else "INFO"),
    },
    "loggers": {"django.request": {"level": "ERROR"}, "procrastinate": {"level": "WARNING"}},
}
SILENCED_SYSTEM_CHECKS = [
    "security.W001",
]
