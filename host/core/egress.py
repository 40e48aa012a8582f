"""Requests to the outside world: the one place where this host calls out for somebody else.

The name is looked up once and the connection goes to an address that was checked, with the name in
the TLS handshake: a name that means something else a moment later (DNS rebinding) changes nothing.
Each request has a connection of its own, so it shares no cookie, no credential and no state with
another.  Redirects are answers, proxies of the environment are not used, and everything that comes
back is read against a limit and a clock.
"""

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from weakref import WeakKeyDictionary

import httpx

from host.core.deps import Deps
from host.core.egress_rules import Target, check_address, read_private_hosts
from host.core.live import Hub
from host.core.settings import Settings
from runtime.model import CallRefusedError
from sdk.contract import CALL_ERRORS
from sdk.contract.errors import NETWORK_FAILED, NETWORK_TIMEOUT, TOO_MANY_CALLS

CONNECT_TIMEOUT_S = 2.0
# Everything together: looking the name up, connecting, sending, and the last byte of the answer.
TOTAL_TIMEOUT_S = 5.0
ANSWER_BYTES_MAX = 512 * 1024
# Requests of one program, of all people together, that may be on their way at once.
PROGRAM_REQUESTS_MAX = 16
REQUESTS_MAX = 128
# The second address of a name is tried when the first does not answer, and no third.
ADDRESSES_TRIED_MAX = 2
# Names are looked up by threads, and a slow server of names must not hold those of others.
_LOOKUP_THREADS = 16

# Takes a name and a port; gives the addresses that the name has at this moment.
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Request:
    """One request that has passed the rules; secrets are filled in."""

    method: str
    target: Target
    headers: Mapping[str, str]
    body: bytes
    # For whom it is sent: its budget, and what the other side reads in `User-Agent`.
    program_id: str
    sender: str = "mini-program"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: at most ``ANSWER_BYTES_MAX`` of it, and whether there was more."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_cut: bool


class Egress:
    """Sends requests for the mini-programs of this host."""

    def __init__(self, settings: Settings, *, resolve: Resolver | None = None) -> None:
        self.private_hosts = read_private_hosts(settings.egress_private_hosts)
        self.total_timeout_s = TOTAL_TIMEOUT_S
        self._resolve = resolve or _Lookup()
        self._tls = make_tls(settings.egress_ca_file)
        self._on_their_way: Counter[str] = Counter()

    async def send(self, request: Request) -> Answer:
        """Send one request and return the answer; every failure is a ``CallRefusedError``."""
        program_id = request.program_id
        is_full = self._on_their_way.total() >= REQUESTS_MAX
        if is_full or self._on_their_way[program_id] >= PROGRAM_REQUESTS_MAX:
            raise CallRefusedError(TOO_MANY_CALLS, CALL_ERRORS[TOO_MANY_CALLS])
        self._on_their_way[program_id] += 1
        try:
            async with asyncio.timeout(self.total_timeout_s):
                return await self._send(request)
        except (TimeoutError, httpx.TimeoutException):
            raise CallRefusedError(NETWORK_TIMEOUT, CALL_ERRORS[NETWORK_TIMEOUT]) from None
        finally:
            self._on_their_way[program_id] -= 1
            self._on_their_way += Counter()  # forgets the programs that are at zero

    async def _send(self, request: Request) -> Answer:
        target = request.target
        addresses = await self._look_up(target)
        for address in addresses[:-1]:
            try:
                return await self._ask(request, address)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue  # nothing has been sent yet
        try:
            return await self._ask(request, addresses[-1])
        except httpx.ConnectError:
            raise failed(f"{target.host} could not be reached securely.") from None

    async def _look_up(self, target: Target) -> list[str]:
        """Return the addresses to connect to; one that leads inside refuses them all."""
        try:
            found = await self._resolve(target.host, target.port)
        except OSError:
            raise failed(f"The name {target.host} could not be found.") from None
        if not found:
            raise failed(f"The name {target.host} has no address.")
        for address in found:
            check_address(address, may_be_private=target.may_be_private)
        return list(dict.fromkeys(found))[:ADDRESSES_TRIED_MAX]

    async def _ask(self, request: Request, address: str) -> Answer:
        """Ask the machine at ``address`` as the name that the request is for."""
        target = request.target
        message = httpx.Request(
            request.method,
            httpx.URL(
                scheme=target.scheme, host=address, port=target.port, raw_path=target.path.encode()
            ),
            headers=[
                ("Host", target.authority),
                ("User-Agent", _agent(request)),
                # Not to be made to unpack a bomb.
                ("Accept-Encoding", "identity"),
                ("Connection", "close"),
                *request.headers.items(),
            ],
            content=request.body or None,
            extensions={
                # The certificate must be the name's, although the connection goes to an address.
                "sni_hostname": target.host,
                "timeout": {
                    "connect": CONNECT_TIMEOUT_S,
                    "read": self.total_timeout_s,
                    "write": self.total_timeout_s,
                    "pool": self.total_timeout_s,
                },
            },
        )
        transport = httpx.AsyncHTTPTransport(verify=self._tls, trust_env=False, retries=0)
        async with transport:
            try:
                return await _read(await transport.handle_async_request(message))
            except (httpx.ConnectError, httpx.TimeoutException):
                raise
            except (httpx.TransportError, httpx.InvalidURL, ssl.SSLError, OSError):
                raise failed(f"{target.host} gave no valid answer.") from None


def _agent(request: Request) -> str:
    return f"Hutong/{version('hutong')} ({request.sender} {request.program_id})"


async def _read(response: httpx.Response) -> Answer:
    """Read an answer up to the limit, and leave the rest."""
    try:
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise failed("The answer is packed, although none was asked to be.")
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > ANSWER_BYTES_MAX:
                break
    finally:
        await response.aclose()
    return Answer(
        status=response.status_code,
        headers=dict(response.headers.items()),
        body=bytes(body[:ANSWER_BYTES_MAX]),
        is_cut=len(body) > ANSWER_BYTES_MAX,
    )


class _Lookup:
    """Looks names up as the system does, with threads of its own."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_LOOKUP_THREADS, thread_name_prefix="egress-lookup")

    async def __call__(self, name: str, port: int) -> list[str]:
        """Return the addresses of ``name``, IPv4 first: it is the one that every network has."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _getaddrinfo, name, port)
        return [str(each[4][0]) for each in sorted(found, key=lambda each: each[0])]


def _getaddrinfo(name: str, port: int) -> list[tuple[int, int, int, str, tuple[str | int, ...]]]:
    return socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)  # type: ignore[return-value]


def make_tls(ca_file: str) -> ssl.SSLContext:
    """Return who is believed to be whom: the public authorities, and the operator's own."""
    tls = httpx.create_ssl_context(trust_env=False)
    tls.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        tls.load_verify_locations(cafile=ca_file)
    return tls


def failed(message: str) -> CallRefusedError:
    """Return what a program sees when the other side cannot be asked."""
    return CallRefusedError(NETWORK_FAILED, message)


# One per host of this process; tests have several.
_egress: WeakKeyDictionary[Hub, Egress] = WeakKeyDictionary()


def egress_of(deps: Deps) -> Egress:
    """Return the way out of this host."""
    egress = _egress.get(deps.hub)
    if egress is None:
        egress = _egress[deps.hub] = Egress(deps.settings)
    return egress


def use_egress(deps: Deps, egress: Egress) -> None:
    """Let this host go out by ``egress``."""
    _egress[deps.hub] = egress
