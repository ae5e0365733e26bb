"""Files from the web, of addresses that somebody else wrote down.

Who writes `http://10.0.0.5/` or has a name that leads there must not have us ask our own network: names are looked up
once, each address they lead to must be public, and it is that address which is called. Redirects are followed by
hand, each under the same rule. Size and time are bounded.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from time import monotonic
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import httpcore

from grocery.catalog.contracts.pictures import AddressNotAllowed, NothingFetched

type Address = IPv4Address | IPv6Address

_SECONDS: Final = 15.0
_HOPS: Final = 3
_TIMEOUTS: Final = {"timeout": {"connect": 5.0, "read": 5.0, "write": 5.0, "pool": 5.0}}
_HEADERS: Final = [(b"User-Agent", b"Grocery"), (b"Accept", b"image/*"), (b"Accept-Encoding", b"identity")]
#: RFC 6052: an IPv4 address inside an IPv6 one.
_NAT64: Final = ip_network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Whether it is somebody's on the internet, also where an IPv6 address wraps an IPv4 one."""
    if isinstance(address, IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in _NAT64:
            wrapped = IPv4Address(int(address) & 0xFFFFFFFF)
        if wrapped is not None:
            return is_public(wrapped)
    return address.is_global and not address.is_multicast


def fetch(url: str, *, most: int, may_call: Callable[[Address], bool] = is_public) -> bytes:
    """What is at the address, at most so many bytes. Raises AddressNotAllowed, NothingFetched."""
    until = monotonic() + _SECONDS
    with httpcore.ConnectionPool(network_backend=_Guarded(may_call), max_connections=1) as pool:
        for _hop in range(_HOPS + 1):
            try:
                found = _ask(pool, _checked(url), most, until)
            except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
                raise NothingFetched(type(error).__name__) from error
            if isinstance(found, bytes):
                return found
            url = urljoin(url, found)
    raise NothingFetched("redirects")


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        ours = parts.scheme in {"http", "https"} and parts.hostname and parts.username is None and parts.port != 0
        url.encode("ascii")
    except ValueError as error:
        raise AddressNotAllowed from error
    if not ours:
        raise AddressNotAllowed
    return url


def _ask(pool: httpcore.ConnectionPool, url: str, most: int, until: float) -> bytes | str:
    """The body, or where to go on."""
    with pool.stream("GET", url, headers=_HEADERS, extensions=_TIMEOUTS) as answer:
        if answer.status in {301, 302, 303, 307, 308}:
            return next(
                (value.decode("latin-1") for name, value in answer.headers if name.lower() == b"location"), ""
            )
        if answer.status != 200:
            raise NothingFetched(f"HTTP {answer.status}")
        read = bytearray()
        for chunk in answer.iter_stream():
            read += chunk
            if len(read) > most:
                raise NothingFetched("too large")
            if monotonic() > until:
                raise NothingFetched("too slow")
        return bytes(read)


class _Guarded(httpcore.SyncBackend):
    """Calls the very address that was looked at: a name may lead elsewhere a moment later."""

    def __init__(self, may_call: Callable[[Address], bool]) -> None:
        self._may_call = may_call

    def connect_tcp(self, host: str, port: int, *arguments: Any, **named: Any) -> httpcore.NetworkStream:
        return super().connect_tcp(str(self._address(host, port)), port, *arguments, **named)

    def _address(self, host: str, port: int) -> Address:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NothingFetched("unknown name") from error
        addresses = [ip_address(str(place[0]).partition("%")[0]) for *_kind, place in found]
        if not addresses or not _all(self._may_call, addresses):
            raise AddressNotAllowed
        return addresses[0]


def _all(rule: Callable[[Address], bool], addresses: Iterable[Address]) -> bool:
    return all(map(rule, addresses))
