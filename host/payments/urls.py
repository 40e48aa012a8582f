"""Where notices may go: public hosts over https; where somebody develops, also this machine."""

import re

from host.core.egress_rules import HTTPS_PORT, Target, read_url
from host.payments.errors import NoticeUrlRefusedError
from host.payments.model import URL_LENGTH_MAX
from runtime.model import CallRefusedError

_LOOP = re.compile(
    r"http://(?P<host>127\.0\.0\.1|localhost):(?P<port>[0-9]{1,5})"
    r"(?P<path>/[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]*)?",
    re.ASCII,
)
_HOST = re.compile(r"https://([^/?#:]+)", re.ASCII)
_PORT_MAX = 65_535


def read_notice_url(url: str, *, may_loop: bool) -> Target:
    """Return where ``url`` leads, or refuse it; the address behind the name is checked later."""
    loop = _LOOP.fullmatch(url)
    if loop is not None and may_loop and 0 < int(loop["port"]) <= _PORT_MAX:
        return Target(loop["host"], int(loop["port"]), loop["path"] or "/", True, "http")
    named = _HOST.match(url)
    # A number is no name, however it is written.
    if named is None or len(url) > URL_LENGTH_MAX or named[1].rpartition(".")[2].isdigit():
        raise NoticeUrlRefusedError(
            "Notices go to https:// and a public host name, such as https://shop.example/notices."
        )
    try:
        target = read_url(url, declared=(named[1],), private_hosts={})
    except CallRefusedError as error:
        raise NoticeUrlRefusedError(
            "Notices go to https:// and a public host name, such as https://shop.example/notices."
        ) from error
    assert target.port == HTTPS_PORT, "no other is asked"
    return target
