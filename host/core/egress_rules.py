"""What a mini-program may send, and where: rules without any network in them.

A request is a merchant's code speaking with this host's address, so each part of it is on an
allow-list: the host by the manifest, the port, the characters of the path, the names of headers,
and last the address that the name has turned out to have.
"""

import ipaddress
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from runtime.model import CallRefusedError
from sdk.contract.errors import NETWORK_REFUSED

HTTPS_PORT = 443
HEADERS_MAX = 20

_URL = re.compile(
    r"https://(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<target>[/?][A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]*)?",
    re.ASCII,
)
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*", re.ASCII)
# Visible characters and single spaces between them: no line break, no NUL, nothing to trim.
_HEADER_VALUE = re.compile(r"(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?", re.ASCII)
# The connection is the host's affair, and who speaks is not the program's to say.
_HOST_HEADERS = frozenset(
    {
        *("host", "connection", "content-length", "transfer-encoding", "keep-alive", "te"),
        *("trailer", "upgrade", "expect", "http2-settings", "accept-encoding", "user-agent"),
        *("cookie", "cookie2", "forwarded", "via", "x-real-ip", "true-client-ip", "origin"),
        *("referer", "x-http-method", "x-http-method-override", "x-method-override"),
        # Makes a metadata service of a cloud believe that the request is meant.
        *("metadata", "metadata-flavor", "x-aws-ec2-metadata-token"),
    }
)
_HOST_HEADER_PREFIXES = ("proxy-", "sec-", "x-forwarded-", "x-original-", "x-rewrite-")
# May only be a secret: a key that stands in code is read by everybody who reads the package.
_SECRET_HEADERS = frozenset({"authorization"})

_IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
# What `is_global` calls public, or has called so in some version of Python, and leads inside:
# addresses that carry an IPv4 address in them, and the service of a cloud's machines.
_NEVER: tuple[_IpNetwork, ...] = tuple(
    ipaddress.ip_network(each)
    for each in (
        *("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "100.64.0.0/10"),
        *("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/23", "2002::/16"),
        *("fec0::/10", "3fff::/20", "5f00::/16"),
    )
)

# Where an operator's own machines are.  An IPv4 address written as IPv6 is none of them.
_OWN: tuple[_IpNetwork, ...] = tuple(
    ipaddress.ip_network(each)
    for each in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8"),
        *("::1/128", "fc00::/7"),
    )
)
# The services of clouds that answer about the machine itself from a private address.
_METADATA = frozenset({"fd00:ec2::254", "fd20:ce::254", "100.100.100.200"})


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes, before the name is looked up."""

    host: str
    port: int
    # Path and query, as they are sent.
    path: str
    # The operator has said that this name may be a machine of their own network.
    may_be_private: bool
    # Plain HTTP goes to this machine alone, where somebody is developing.
    scheme: str = "https"

    @property
    def authority(self) -> str:
        """Return what the header ``Host`` says."""
        return self.host if self.port == HTTPS_PORT else f"{self.host}:{self.port}"


def read_private_hosts(text: str) -> dict[str, int]:
    """Return name and port of each host of ``HUTONG_EGRESS_PRIVATE_HOSTS``."""
    hosts = {}
    for each in filter(None, (part.strip() for part in text.split(","))):
        name, _, port = each.partition(":")
        hosts[name.lower()] = int(port or HTTPS_PORT)
    return hosts


def read_url(url: str, *, declared: Collection[str], private_hosts: Mapping[str, int]) -> Target:
    """Return where ``url`` leads, or refuse it: https, a declared host, nothing unusual."""
    match = _URL.fullmatch(url)
    if match is None:
        raise refuse(
            "A url is https://, a host name in lower case, and a path in plain characters;"
            " write others as %XX. User names and #fragments are not sent."
        )
    host = match["host"]
    if host not in declared:
        raise refuse(f"{host} is not in hutong.network of this version's manifest.")
    own_port = private_hosts.get(host, HTTPS_PORT)
    port = int(match["port"] or HTTPS_PORT)
    if port not in (HTTPS_PORT, own_port):
        raise refuse("Only port 443 is asked.")
    path = match["target"] or "/"
    return Target(host, port, path if path[0] == "/" else f"/{path}", host in private_hosts)


def check_headers(headers: Mapping[str, str | Mapping[str, str]]) -> None:
    """Refuse a header that is not the program's to set, or that another server may misread."""
    if len(headers) > HEADERS_MAX:
        raise refuse(f"At most {HEADERS_MAX} headers.")
    seen: set[str] = set()
    for name, value in headers.items():
        folded = name.lower()
        if not _HEADER_NAME.fullmatch(name):
            raise refuse("A header's name has letters, digits and hyphens.")
        if folded in seen:
            raise refuse(f"The header {name} stands twice.")
        seen.add(folded)
        if folded in _HOST_HEADERS or folded.startswith(_HOST_HEADER_PREFIXES):
            raise refuse(f"The header {name} is the lane's to set.")
        if isinstance(value, str):
            if folded in _SECRET_HEADERS:
                raise refuse(
                    f'The header {name} takes a secret: {{"secret": "NAME"}}. Keep the whole value,'
                    ' such as "Bearer …", in the console under Program, Secrets.'
                )
            check_header_value(value, name)


def check_header_value(value: str, name: str) -> None:
    """Refuse a value that could begin another header, or that servers read differently."""
    if not _HEADER_VALUE.fullmatch(value):
        raise refuse(f"The value of {name} has characters that no header can carry.")


def check_address(address: str, *, may_be_private: bool) -> None:
    """Refuse an address that is not on the public Internet.

    A name of the operator's own network may lead to a private or loopback address, and still not to
    a link-local one: those answer questions about the machine itself.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        # An IPv6 address with a zone ("fe80::1%eth0") is one of a local link as well.
        raise refuse("The host's name leads to no public address.") from None
    if may_be_private and _is_own(found):
        return
    if not _is_public(found):
        raise refuse("The host's name leads to no public address.")


def _is_own(address: _IpAddress) -> bool:
    return _is_in(address, _OWN) and str(address) not in _METADATA


def _is_public(address: _IpAddress) -> bool:
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return not _is_in(address, _NEVER)


def _is_in(address: _IpAddress, networks: tuple[_IpNetwork, ...]) -> bool:
    return any(address in network for network in networks if network.version == address.version)


def refuse(message: str) -> CallRefusedError:
    """Return a refusal to send."""
    return CallRefusedError(NETWORK_REFUSED, message)
