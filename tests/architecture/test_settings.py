"""Configuration is typed, named in every complaint, and safe unless told otherwise."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

COMPLETE = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1/none",
    "REDIS_URL": "redis://127.0.0.1/0",
    "SECRET_KEY": "0123456789" * 5,
    "JWT_PRIVATE_KEY": "none",
}
SAFE = {
    "DEBUG": False,
    "ALLOWED_HOSTS": [],
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SESSION_COOKIE_HTTPONLY": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "X_FRAME_OPTIONS": "DENY",
}


def start(environment: dict[str, str], script: str = "") -> subprocess.CompletedProcess[str]:
    """Read the settings in a fresh process with nothing but this environment."""
    return subprocess.run(
        [sys.executable, "-c", f"from grocery.config import settings\n{script}"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", COMPLETE)
def test_a_missing_variable_is_named_at_start(name: str):
    started = start({key: value for key, value in COMPLETE.items() if key != name})
    assert (started.returncode, f"{name}: Field required" in started.stderr) == (1, True)


@pytest.mark.parametrize(
    ("name", "value"),
    [("DATABASE_POOL", "many"), ("DEBUG", "perhaps"), ("PUBLIC_URL", "shop.example"), ("SECRET_KEY", "short")],
)
def test_a_wrong_value_is_named_at_start_and_not_shown(name: str, value: str):
    started = start({**COMPLETE, name: value})
    assert (started.returncode, name in started.stderr, value in started.stderr) == (1, True, False)


def test_a_secret_may_lie_in_a_file(tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text("from a file, " * 4 + "\n")
    environment = {key: value for key, value in COMPLETE.items() if key != "SECRET_KEY"}
    started = start({**environment, "SECRET_KEY_FILE": str(secret)}, "print(settings.SECRET_KEY)")
    assert started.stdout.strip() == ("from a file, " * 4).strip()


def test_unless_told_otherwise_everything_is_safe():
    script = f"print({{name: getattr(settings, name) for name in {list(SAFE)}}} == {SAFE})"
    assert start(COMPLETE, script).stdout.strip() == "True"


def test_the_policy_allows_nothing_from_elsewhere():
    started = start(COMPLETE, "print(settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['default-src'])")
    assert started.stdout.strip() == "[\"'self'\"]"
