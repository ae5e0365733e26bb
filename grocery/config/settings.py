"""Django's settings. What differs between deployments comes from `environment.py`; safe unless told otherwise."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF

from grocery.config import environment, files
from grocery.kernel import logs

ENV = environment.read()
ROOT = Path(__file__).resolve().parents[2]

# --- the site ---------------------------------------------------------------------------------------------------
SECRET_KEY = ENV.secret_key.get_secret_value()
DEBUG = ENV.debug
ALLOWED_HOSTS = list(ENV.allowed_hosts)
ROOT_URLCONF = "grocery.config.urls"
WSGI_APPLICATION = "grocery.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
PUBLIC_URL = ENV.public_url
RESTORE_EPOCH = ENV.restore_epoch
STATE_DIR = ENV.state_dir
#: Lies there once `make demo` has filled the shop (see demo.FILLED); what plays with stock asks for it.
DEMO_MARK = STATE_DIR / "filled"

DOMAINS = ["accounts", "catalog", "inventory", "payments", "delivery", "ledger", "ordering", "notifications"]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "csp",
    "ninja",
    "waffle",
    "grocery.kernel",
    *(f"grocery.{domain}" for domain in DOMAINS),
    "grocery.storefront",
    "grocery.config",
]

MIDDLEWARE = [
    "grocery.kernel.middleware.probes",
    "grocery.kernel.middleware.request_context",
    "grocery.config.direct.webhooks",
    "django.middleware.security.SecurityMiddleware",
    "grocery.kernel.content_security.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "grocery.storefront.middleware.CompressedPages",
    "grocery.kernel.pages_only.Sessions",
    "grocery.kernel.pages_only.Language",
    "grocery.kernel.middleware.api_problems",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "grocery.kernel.pages_only.Authentication",
    "grocery.kernel.pages_only.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "grocery.kernel.pages_only.Htmx",
    "grocery.kernel.pages_only.Flags",
    "grocery.storefront.middleware.DomainErrorsAsPages",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "grocery.storefront.header.in_templates",
            ],
        },
    }
]

# --- languages: Vietnamese at /, English at /en/ ----------------------------------------------------------------
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = ENV.time_zone


# --- data -------------------------------------------------------------------------------------------------------
#: Nothing is prepared by itself: only what asks for it (kernel.statements), which is planned once.
_PREPARED = {"prepare_threshold": sys.maxsize, "options": "-c plan_cache_mode=force_generic_plan"}


def _database(url: str) -> dict[str, Any]:
    """`postgresql://user:password@host:port/name`; a host that starts with %2F is the folder of a socket."""
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": {
            **({"pool": {"min_size": 1, "max_size": ENV.database_pool}} if ENV.database_pool else {}),
            **(_PREPARED if ENV.database_prepared else {}),
        },
    }


DATABASES = {"default": _database(ENV.database_url.get_secret_value())}
REDIS_URL = ENV.redis_url.get_secret_value()
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "grocery",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

# --- work in the background -------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"

# --- static files -----------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = ENV.static_root or ROOT / "static-root"
PICTURES_URL = ENV.pictures_url
STORAGES = {
    "default": files.private(ENV),
    "pictures": files.public(ENV),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
#: What is compressed already, and source maps: 24 MB of them that only a developer's browser asks for.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("avif", "gif", "gz", "jpeg", "jpg", "map", "png", "webp", "woff", "woff2")
#: What browsers ask for at the root, unasked: the icon.
WHITENOISE_ROOT = ROOT / "grocery/storefront/root"
MEDIA_URL = "/media/"
MEDIA_ROOT = STATE_DIR / "media"

# --- safe by default --------------------------------------------------------------------------------------------
HTTPS = PUBLIC_URL.startswith("https://")
SECURE_SSL_REDIRECT = False  # the proxy in front redirects; /healthz must answer plain HTTP inside the cluster
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.trust_proxy else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "grocery.storefront.views.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", *files.origins(ENV)],
        "connect-src": [SELF, *([ENV.live_url] if ENV.live_url else [])],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
AUTHENTICATION_BACKENDS = ["grocery.accounts.services.permissions.RoleBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "storefront:sign-in"

# --- sign-in over the API ---------------------------------------------------------------------------------------
JWT_PRIVATE_KEY = ENV.jwt_private_key.get_secret_value()
JWT_PREVIOUS_PUBLIC_KEYS = ENV.jwt_previous_public_keys
ACCESS_TOKEN_MINUTES = ENV.access_token_minutes
REFRESH_TOKEN_DAYS = ENV.refresh_token_days
SIGN_IN_TRIES_PER_MINUTE = ENV.sign_in_tries_per_minute

# --- the outside world ------------------------------------------------------------------------------------------
FIRESTORE_PROJECT = ENV.firestore_project
FIRESTORE_EMULATOR_HOST = ENV.firestore_emulator_host
LIVE_URL = ENV.live_url
LIVE_STREAMS = ENV.live_streams
LIVE_STREAMS_PER_ADDRESS = ENV.live_streams_per_address
PAYMENT_METHODS = ENV.payment_methods
PAYMENT_PROVIDERS = {"card": ENV.card_provider, "momo": "momo"}
PAYMENT_GATEWAYS = {
    "stripe": "grocery.payments.gateways.stripe.from_settings",
    **({"momo": "grocery.payments.gateways.momo.from_settings"} if ENV.momo_partner_code else {}),
}
STRIPE_SECRET_KEY = ENV.stripe_secret_key.get_secret_value()
STRIPE_PUBLISHABLE_KEY = ENV.stripe_publishable_key
STRIPE_WEBHOOK_SECRETS = ENV.stripe_webhook_secrets
STRIPE_API_URL = ENV.stripe_api_url
STRIPE_JS_URL = ENV.stripe_js_url
STRIPE_TIMEOUTS = (3.0, 12.0)  # seconds to connect, to answer
BANK_BIN = ENV.bank_bin
BANK_ACCOUNT = ENV.bank_account
BANK_ACCOUNT_HOLDER = ENV.bank_account_holder
BANK_NOTICE_SECRETS = ENV.bank_notice_secrets
MOMO_API_URL = ENV.momo_api_url
MOMO_PARTNER_CODE = ENV.momo_partner_code
MOMO_ACCESS_KEY = ENV.momo_access_key.get_secret_value()
MOMO_SECRET_KEY = ENV.momo_secret_key.get_secret_value()
MOMO_TIMEOUTS = (3.0, 30.0)  # it asks for thirty seconds at the least
#: A page waits so long for a provider, and then shows that it is being asked.
PAYMENT_WAIT_SECONDS: float | None = 2.0
#: So many calls in a row without an answer, and a provider is left alone until it is well.
PAYMENT_BREAKER_FAILURES = 5
PAYMENT_WINDOW_MINUTES = ENV.payment_window_minutes

COUNT_AGAIN_PERCENT = ENV.count_again_percent
COUNT_APPROVAL_PERCENT = ENV.count_approval_percent
COUNT_APPROVAL_VALUE = ENV.count_approval_value
EXPIRES_SOON_DAYS = ENV.expires_soon_days
MINIMUM_ORDER = ENV.minimum_order
WEIGHT_BARCODES = ENV.weight_barcodes
PICKING_LEAD_MINUTES = ENV.picking_lead_minutes
PICKING_WAVE_ORDERS = ENV.picking_wave_orders
SUBSTITUTION_ANSWER_MINUTES = ENV.substitution_answer_minutes
RETURN_WINDOWS = {
    "ambient": timedelta(hours=ENV.return_hours_ambient),
    "chilled": timedelta(hours=ENV.return_hours_chilled),
    "frozen": timedelta(hours=ENV.return_hours_frozen),
}
RETURN_UNDO = timedelta(minutes=ENV.return_undo_minutes)
UNDELIVERED_FEE_BACK = ENV.undelivered_fee_back
REFUND_FOUR_EYES = ENV.refund_four_eyes
REFUND_DAY_PERSON = ENV.refund_day_person
REFUND_DAY_STORE = ENV.refund_day_store
DEPOSIT_SEEN = timedelta(days=ENV.deposit_seen_days)
LEDGER_OPEN_DAYS = ENV.ledger_open_days
INVOICE_GATEWAYS = {"files": "grocery.ledger.gateways.invoice_files.from_settings"}
INVOICE_PROVIDER = ENV.invoice_provider
INVOICE_FOLDER = ENV.invoice_folder
INVOICE_SERIES = ENV.invoice_series
INVOICE_DELAY = timedelta(hours=ENV.invoice_delay_hours)
SELLER_NAME, SELLER_TAX_CODE, SELLER_ADDRESS = ENV.seller_name, ENV.seller_tax_code, ENV.seller_address
SUBSTITUTION_DEFAULT = ENV.substitution_default

MAIL_OUTBOX = ENV.mail_outbox
DEFAULT_FROM_EMAIL = ENV.mail_from
EMAIL_HOST = ENV.mail_host
EMAIL_PORT = ENV.mail_port
EMAIL_HOST_USER = ENV.mail_user
EMAIL_HOST_PASSWORD = ENV.mail_password.get_secret_value()
EMAIL_USE_TLS = True
EMAIL_TIMEOUT = 10

# --- seeing what happens ----------------------------------------------------------------------------------------
LOGGING = logs.configure(form=ENV.log_format, level=ENV.log_level)
SENTRY_DSN = ENV.sentry_dsn.get_secret_value()
METRICS_TOKEN = ENV.metrics_token.get_secret_value()
