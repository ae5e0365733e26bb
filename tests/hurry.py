"""Settings with which tests, and the processes that they fork, do not wait."""

from __future__ import annotations

from typing import Any

from django.conf import settings


def without_waiting() -> dict[str, Any]:
    """Nobody has collected static files, and hashing takes no time; what production does is tested apart."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    return {
        "PAYMENT_WAIT_SECONDS": None,  # who asks a provider does so in the same thread, where statements are counted
        "PAYMENT_BREAKER_FAILURES": 0,  # faults of one test are nobody else's
        "STORAGES": {**settings.STORAGES, "staticfiles": plain},
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    }
