"""Seals on addresses of the host's own sheets.

A sheet that a mini-program sets off without waiting for an answer (a number to call, a picture to
keep) is a plain address that says what it shows.  Without a seal anybody could write such an
address and have the host say in a shop's name what the shop never said.
"""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlencode

from host.bridge.visit import Visit
from host.core.errors import NotFoundError
from host.core.settings import Settings


def sheet_address(visit: Visit, name: str, values: Mapping[str, str]) -> str:
    """Return the address of the sheet ``name``, for this person in this program alone."""
    program_id = visit.program_id
    seal = _seal(visit.deps.settings, visit.person_id, program_id, name, values)
    version = {"version": visit.running.version.id} if visit.running.is_trial else {}
    return f"/p/{program_id}/-/{name}?{urlencode({**values, **version, 'seal': seal})}"


def check_seal(
    settings: Settings,
    seal: str,
    *,
    person_id: str,
    program_id: str,
    name: str,
    values: Mapping[str, str],
) -> None:
    """Refuse an address that this host has not made for this person, as if nothing were there."""
    if not hmac.compare_digest(
        _seal(settings, person_id, program_id, name, values).encode(), seal.encode()
    ):
        raise NotFoundError("There is nothing at this address.")


def _seal(
    settings: Settings, person_id: str, program_id: str, name: str, values: Mapping[str, str]
) -> str:
    # urlencode, because it keeps apart what a plain join would run together.
    text = urlencode([("for", person_id), ("in", program_id), ("sheet", name), *values.items()])
    return hmac.digest(settings.secret_key.encode(), text.encode(), hashlib.sha256).hex()[:32]
