"""``api.http.request``: from the arguments of a mini-program to what it learns of the answer.

Secrets are filled in here, after the rules and before the way out.  They never go the other way: an
answer that repeats one is read with it blotted out, and what a program may log is what it was
given.
"""

import contextlib
from collections.abc import Mapping
from typing import Any

import msgspec

from host.bridge.visit import Visit
from host.core.egress import ANSWER_BYTES_MAX, Answer, Request, egress_of
from host.core.egress_rules import (
    Target,
    check_header_value,
    check_headers,
    read_url,
    refuse,
)
from host.core.ids import derived_id
from host.programs import service as programs
from host.programs.sealing import SealBrokenError
from runtime.model import CallRefusedError
from sdk.contract import CALL_ERRORS
from sdk.contract.errors import BAD_ARGUMENT, TOO_LARGE, TOO_MANY_CALLS, UNAVAILABLE

BODY_BYTES_MAX = 64 * 1024
# Of one program, of all people together: a crowd in a shop is no weapon against somebody's host.
PROGRAM_REQUESTS_PER_MINUTE = 600
# A part of the worker's answer, which is JSON: a text of control characters grows sixfold there.
RESULT_BYTES_MAX = 900 * 1024
JSON_DEPTH_MAX = 64
INTEGER_BITS_MAX = 63
HEADER_LENGTH_MAX = 1024
# Headers of an answer that a program can use.  None of them sets anything in the host.
ANSWER_HEADERS = (
    *("content-type", "content-language", "cache-control", "date", "etag", "last-modified"),
    *("expires", "link", "location", "retry-after", "x-request-id"),
    *("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"),
)
# What a shorter secret would blot out could be anything.
BLOTTED_LENGTH_MIN = 6
_BLOT = "[secret]"
# Character sets that an answer may name; none of them runs code or keeps state.
_CHARSETS = frozenset({"utf-8", "us-ascii", "iso-8859-1", "windows-1252", "gbk", "gb2312", "big5"})


async def http_request(visit: Visit, number: int, args: dict[str, Any]) -> dict[str, Any]:
    """Ask a declared host and return its answer."""
    egress = egress_of(visit.deps)
    target = read_url(
        args["url"], declared=visit.running.version.network, private_hosts=egress.private_hosts
    )
    check_headers(args["headers"])
    body, kind = _body(args)
    if not visit.budget.take(
        ("", visit.program_id, "http.request"), per_minute=PROGRAM_REQUESTS_PER_MINUTE
    ):
        raise CallRefusedError(TOO_MANY_CALLS, CALL_ERRORS[TOO_MANY_CALLS])
    secrets = await _open_secrets(visit, target, args["headers"])
    headers = {
        name: value if isinstance(value, str) else secrets[value["secret"]]
        for name, value in args["headers"].items()
    }
    given = {name.lower() for name in headers}
    if kind and "content-type" not in given:
        headers["Content-Type"] = kind
    if args["method"] != "GET" and "idempotency-key" not in given:
        # The same event has the same key, whenever it runs again.
        headers["Idempotency-Key"] = derived_id("http", visit.event_id, str(number))
    answer = await egress.send(Request(args["method"], target, headers, body, visit.program_id))
    return read_answer(answer, hidden=secrets.values())


def read_answer(answer: Answer, *, hidden: Any = ()) -> dict[str, Any]:
    """Return what a program learns: status, some headers, and text or JSON."""
    secrets = [secret for secret in hidden if len(secret) >= BLOTTED_LENGTH_MIN]
    kind, _, parameters = answer.headers.get("content-type", "").lower().partition(";")
    kind = kind.strip()
    text = _blot(answer.body.decode(_charset(parameters), "replace"), secrets)
    value = None
    if kind == "application/json" or kind.endswith("+json"):
        if answer.is_cut:
            raise CallRefusedError(
                TOO_LARGE, f"The answer has more than {ANSWER_BYTES_MAX // 1024} KiB of JSON."
            )
        value = _json(text)
    result = {
        "status": answer.status,
        "headers": {
            name: _blot(answer.headers[name], secrets)[:HEADER_LENGTH_MAX]
            for name in ANSWER_HEADERS
            if name in answer.headers
        },
        "text": text if value is None else None,
        "json": value,
        "truncated": answer.is_cut,
    }
    if len(msgspec.json.encode(result)) > RESULT_BYTES_MAX:
        raise CallRefusedError(TOO_LARGE, CALL_ERRORS[TOO_LARGE])
    return result


def _body(args: Mapping[str, Any]) -> tuple[bytes, str]:
    """Return the body and its type, nothing for none."""
    if args["json"] is not None and args["text"] is not None:
        raise CallRefusedError(BAD_ARGUMENT, "http.request takes json or text, not both.")
    if args["json"] is not None:
        body, kind = msgspec.json.encode(args["json"]), "application/json"
    elif args["text"] is not None:
        body, kind = args["text"].encode(), "text/plain; charset=utf-8"
    else:
        return b"", ""
    if args["method"] == "GET":
        raise CallRefusedError(BAD_ARGUMENT, "A GET request has no body; use the url's query.")
    if len(body) > BODY_BYTES_MAX:
        raise CallRefusedError(TOO_LARGE, f"A body has at most {BODY_BYTES_MAX // 1024} KiB.")
    return body, kind


async def _open_secrets(
    visit: Visit, target: Target, headers: Mapping[str, str | Mapping[str, str]]
) -> dict[str, str]:
    """Return the secrets that ``headers`` name, if the merchant keeps them for this host."""
    names = {value["secret"] for value in headers.values() if not isinstance(value, str)}
    found = {}
    for name in sorted(names):
        try:
            value = await visit.deps.db.read(
                programs.open_secret,
                visit.program_id,
                name,
                host=target.host,
                secret_key=visit.deps.settings.secret_key,
            )
        except SealBrokenError:
            raise CallRefusedError(
                UNAVAILABLE, f"The secret {name} can no longer be read. Put it in again."
            ) from None
        if value is None:
            raise refuse(f"The vault has no secret {name} for {target.host}.")
        check_header_value(value, name)
        found[name] = value
    return found


def _charset(parameters: str) -> str:
    for each in parameters.split(";"):
        key, _, value = each.partition("=")
        named = value.strip().strip('"')
        if key.strip() == "charset" and named in _CHARSETS:
            return named
    return "utf-8"


def _blot(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, _BLOT)
        # "Bearer abc…": a server repeats the key more often than the whole header.
        _, _, key = secret.partition(" ")
        if len(key) >= BLOTTED_LENGTH_MIN:
            text = text.replace(key, _BLOT)
    return text


def _json(text: str) -> Any:
    """Return the value of a JSON text, or None for what no program could be given."""
    with contextlib.suppress(msgspec.DecodeError, RecursionError, ValueError):
        value = msgspec.json.decode(text)
        if _is_plain(value):
            return value
    return None


def _is_plain(value: Any) -> bool:
    """Tell whether a worker can be given it: not too deep, no number of a thousand digits."""
    stack = [(value, 0)]
    while stack:
        each, depth = stack.pop()
        if depth > JSON_DEPTH_MAX:
            return False
        if isinstance(each, int) and each.bit_length() > INTEGER_BITS_MAX:
            return False
        if isinstance(each, dict):
            stack += [(inner, depth + 1) for inner in each.values()]
        elif isinstance(each, list):
            stack += [(inner, depth + 1) for inner in each]
    return True
