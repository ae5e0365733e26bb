"""Where files are kept: below STATE_DIR, or in two buckets of an S3-compatible store."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from grocery.config.environment import Environment

_FOR_EVER = "public, max-age=31536000, immutable"


def private(env: Environment) -> dict[str, Any]:
    """What nobody's browser asks for: photos of staff, originals."""
    if env.files_bucket:
        return _bucket(env, env.files_bucket)
    return {"BACKEND": "django.core.files.storage.FileSystemStorage"}


def public(env: Environment) -> dict[str, Any]:
    """Pictures of products, which never change under their name."""
    if env.pictures_bucket:
        return _bucket(
            env, env.pictures_bucket, object_parameters={"CacheControl": _FOR_EVER}, querystring_auth=False
        )
    place = {"location": folder(env), "base_url": env.pictures_url}
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": place}


def folder(env: Environment) -> Path:
    return env.state_dir / "pictures"


def origins(env: Environment) -> list[str]:
    """Where pages may show pictures from, beside the site."""
    parts = urlsplit(env.pictures_url)
    return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []


def _bucket(env: Environment, name: str, **options: Any) -> dict[str, Any]:
    named = {"endpoint_url": env.s3_endpoint or None, "region_name": env.s3_region or None}
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {"bucket_name": name, "default_acl": None, "file_overwrite": False, **named, **options},
    }
