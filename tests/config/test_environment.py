"""What the shop is told by its environment: typed, complete, or it does not start and says why."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils.module_loading import import_string

from grocery.config import files
from grocery.config.environment import read


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "SECRET_KEY", "JWT_PRIVATE_KEY"])
def test_without_what_it_needs_it_does_not_start_and_names_the_variable(monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.delenv(name)
    with pytest.raises(SystemExit, match=rf"\A.*\n  {name}: Field required\Z"):
        read()


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("DEBUG", "perhaps", "valid boolean"),
        ("SECRET_KEY", "short", "at least 32"),
        ("DATABASE_POOL", "-1", "greater than or equal to 0"),
        ("PAYMENT_WINDOW_MINUTES", "soon", "valid integer"),
        ("LOG_LEVEL", "LOUD", "'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("TIME_ZONE", "Asia/Atlantis", "IANA"),
        ("WEIGHT_BARCODES", "2?IIIIIWWWWWC,21IIIIIPPPPPC", "21IIIIIPPPPPC"),
        ("WEIGHT_BARCODES", "2?IIIIWWWWWC", "not the layout"),
        ("PICTURES_URL", "https://pictures.example.vn", "pattern"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_wrong(monkeypatch: pytest.MonkeyPatch, name: str, value: str, why: str):
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit, match=rf"\n  {name}: .*{why}"):
        read()


def test_all_that_is_wrong_is_said_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("REDIS_URL")
    monkeypatch.setenv("TIME_ZONE", "here")
    with pytest.raises(SystemExit) as end:
        read()
    assert [line.split(":")[0].strip() for line in str(end.value).splitlines()[1:]] == ["REDIS_URL", "TIME_ZONE"]


def test_a_wallet_is_not_offered_before_it_is_set_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PAYMENT_METHODS", "card,momo")
    monkeypatch.delenv("MOMO_SECRET_KEY", raising=False)
    with pytest.raises(SystemExit, match="MOMO_SECRET_KEY"):
        read()
    for name in ("MOMO_PARTNER_CODE", "MOMO_ACCESS_KEY", "MOMO_SECRET_KEY"):
        monkeypatch.setenv(name, "given")
    assert read().payment_methods == ("card", "momo")


def test_a_secret_is_never_shown_by_a_refusal(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SECRET_KEY", "hunter2")
    with pytest.raises(SystemExit) as end:
        read()
    assert "hunter2" not in str(end.value)


def test_a_secret_may_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text("from a file, from a file, from a file\n", encoding="utf-8")
    monkeypatch.delenv("SECRET_KEY")
    monkeypatch.setenv("SECRET_KEY_FILE", str(secret))
    assert read().secret_key.get_secret_value() == "from a file, from a file, from a file"


def test_it_is_safe_where_nothing_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("ALLOWED_HOSTS")
    found = read()
    assert (found.debug, found.allowed_hosts, found.trust_proxy) == (False, (), False)


def test_nobody_is_asked_to_send_money_to_nowhere(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PAYMENT_METHODS", "card,bank_transfer")
    monkeypatch.setenv("BANK_BIN", "970436")
    monkeypatch.setenv("BANK_ACCOUNT", "")
    monkeypatch.setenv("BANK_ACCOUNT_HOLDER", "")
    with pytest.raises(
        SystemExit, match="\n  PAYMENT_METHODS offers bank_transfer, which needs BANK_ACCOUNT, BANK_AC"
    ):
        read()


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"PICTURES_BUCKET": "shown"}, "set together"),
        ({"FILES_BUCKET": "kept"}, "set together"),
        ({"PICTURES_BUCKET": "one", "FILES_BUCKET": "one"}, "differ"),
        ({"PICTURES_BUCKET": "shown", "FILES_BUCKET": "kept"}, "needs PICTURES_URL"),
    ],
)
def test_a_private_bucket_is_neither_forgotten_nor_public(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], why: str
):
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit, match=why):
        read()


def test_files_in_buckets_have_addresses_of_their_own(monkeypatch: pytest.MonkeyPatch):
    address = "https://pictures.example.vn/"
    given = {"PICTURES_BUCKET": "shown", "FILES_BUCKET": "kept", "PICTURES_URL": address, "S3_REGION": "eu-west-1"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    public, private = files.public(read()), files.private(read())
    assert files.origins(read()) == ["https://pictures.example.vn"]
    made = {
        one["OPTIONS"]["bucket_name"]: import_string(one["BACKEND"])(**one["OPTIONS"]) for one in (public, private)
    }
    assert set(made) == {"shown", "kept"}
    assert made["shown"].object_parameters == {"CacheControl": "public, max-age=31536000, immutable"}
    assert (made["kept"].querystring_auth, made["kept"].default_acl) == (True, None)
