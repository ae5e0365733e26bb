"""Settings with which tests, and the processes that they fork, do not wait."""

from __future__ import annotations

from typing import Any

from django.conf import settings


def without_waiting() -> dict[str, Any]:
    """Nobody has collected static files, and hashing takes no time; what production does is tested apart."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    return {
        "STORAGES": {**settings.STORAGES, "staticfiles": plain},
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    }
