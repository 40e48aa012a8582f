"""Requests to hosts of the outside world."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from sdk.contract import shapes as s
from sdk.contract.capabilities.model import Capability


class SecretName(Struct, forbid_unknown_fields=True):
    """Stands for a secret of the merchant's vault; the host fills it in as the request leaves."""

    secret: Annotated[str, Meta(pattern=s.whole(r"[A-Z][A-Z0-9_]{0,39}"))]


class HttpRequest(s.Arguments):
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    url: Annotated[str, Meta(min_length=1, max_length=2048)]
    headers: dict[
        Annotated[str, Meta(min_length=1, max_length=60)],
        Annotated[str, Meta(max_length=2048)] | SecretName,
    ] = {}
    json: s.Json = None
    text: str | None = None


class HttpAnswer(Struct):
    """What the other side said; ``json`` is read when it says that it is, ``text`` otherwise."""

    status: int
    headers: dict[str, str]
    text: str | None
    json: s.Json
    # The text was longer than the lane carries, and this is its beginning.
    truncated: bool


OUTSIDE: tuple[Capability, ...] = (
    Capability(
        "http.request",
        HttpRequest,
        HttpAnswer,
        "outside",
        30,
        "Ask a host that `hutong.network` in the manifest names, over https, within 5 seconds. A"
        " body is `json` or `text`, of at most 64 KiB; an answer has at most 512 KiB. Redirects are"
        ' answers with a status of 3xx. A header may be `{"secret": "NAME"}`: the host fills in'
        " what the merchant keeps under that name for that host; the program never sees it. What"
        " was sent stays sent when the handler fails later; an event that runs again sends the same"
        " `Idempotency-Key`.",
    ),
)
