"""Files from the web: bounded, and never from our own network."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any

import pytest

from grocery.catalog.contracts.pictures import AddressNotAllowed, NothingFetched
from grocery.catalog.gateways.fetching import fetch, is_public


class Web(BaseHTTPRequestHandler):
    """Answers as its address says."""

    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        word, _, rest = self.path.strip("/").partition("/")
        if word == "to":
            self._head(302, Location=rest)
        elif word == "long":
            self._head(200)
            self.wfile.write(b"x" * 5_000)
        elif word == "status":
            self._head(int(rest))
        else:
            self._head(200)
            self.wfile.write(b"a picture")

    def _head(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        pass


@pytest.fixture
def web() -> Iterator[str]:
    Web.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Web) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def anyone(_address: object) -> bool:
    return True


def get(url: str, *, most: int = 1_000, may_call: Callable[[Any], bool] = anyone) -> bytes:
    return fetch(url, most=most, may_call=may_call)


@pytest.mark.parametrize("path", ["/tomato.jpg", "/to//tomato.jpg", "/to//to//to//tomato.jpg"])
def test_what_is_there_is_fetched_also_round_a_corner(web: str, path: str):
    assert get(web + path) == b"a picture"


@pytest.mark.parametrize(
    "path", ["/status/404", "/status/500", "/status/204", "/long", "/to//to//to//to//tomato.jpg"]
)
def test_what_is_not_there_or_too_much_is_not(web: str, path: str):
    with pytest.raises(NothingFetched):
        get(web + path)


def test_nobody_listens(web: str):
    with pytest.raises(NothingFetched):
        get("http://127.0.0.1:1/tomato.jpg")


def test_our_own_network_is_not_asked(web: str):
    with pytest.raises(AddressNotAllowed):
        fetch(web + "/tomato.jpg", most=1_000)
    assert Web.asked == []


def test_our_own_network_is_not_asked_by_way_of_another(web: str):
    calls = iter([True, False])
    with pytest.raises(AddressNotAllowed):
        get(f"{web}/to/http://localhost:{web.rpartition(':')[2]}/secret", may_call=lambda _address: next(calls))
    assert Web.asked == [f"/to/http://localhost:{web.rpartition(':')[2]}/secret"]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/a.jpg",
        "//example.com/a.jpg",
        "http:///a.jpg",
        "http://me:word@example.com/a.jpg",
        "http://example.com:99999/a.jpg",
        "http://example.com/cà.jpg",
        "http://[::1/a.jpg",
        "javascript:alert(1)",
        "",
    ],
)
def test_what_is_no_address_of_the_web_is_not_asked(url: str):
    with pytest.raises(AddressNotAllowed):
        get(url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::1",
        "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    ],
)
def test_an_address_of_nobodys_on_the_internet_is_not_public(address: str):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_anybodys_address_is(address: str):
    assert is_public(ip_address(address))
