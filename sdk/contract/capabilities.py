"""Everything that a mini-program may ask of the host: the one table.

The names under ``sdk.api``, the gate in the bridge, the reference page and the test that nothing
else is reachable are all made from it.  A capability that is not here does not exist.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import msgspec

from sdk.contract import shapes as s
from sdk.contract.scopes import SCOPES

# instant: the host answers inside the call.
# wait:    returns at once; a person decides, and the answer comes to the handler named in `then`.
# outside: the host asks somebody else, with a hard timeout.
# effect:  collected with the event and done by the shell once the event has succeeded.
# local:   never leaves the worker.
Kind = Literal["instant", "wait", "outside", "effect", "local"]


@dataclass(frozen=True, slots=True)
class Capability:
    """One thing a mini-program may ask for."""

    name: str
    arguments: type[s.Arguments]
    # The type of the answer; of a `wait` call, what arrives at the handler named in `then`.
    result: Any
    kind: Kind
    # Per person and mini-program; the bridge refuses the call after this one.
    calls_per_minute: int
    doc: str
    scope: str | None = None
    # The keyword argument that collects every keyword the signature does not name.
    rest: str | None = None
    # Platform code (manifest `platform_version.min_code`) that first had it.
    since: int = 1

    @property
    def params(self) -> dict[str, Any]:
        """The type of each argument, in the order of positional arguments."""
        return {field.name: field.type for field in msgspec.structs.fields(self.arguments)}

    @property
    def consent_sentence(self) -> Mapping[str, str]:
        """What the person is asked, by language; empty when nobody needs to be asked."""
        return SCOPES[self.scope].consent_sentence if self.scope else MappingProxyType({})

    @property
    def is_sent_to_host(self) -> bool:
        """Tell whether the call leaves the worker while the handler runs."""
        return self.kind in {"instant", "wait", "outside"}


_STORAGE = (
    Capability(
        "storage.get",
        s.KeyDefault,
        s.Json,
        "instant",
        600,
        "Return what was stored under `key` for this person, or `default`.",
    ),
    Capability(
        "storage.set",
        s.KeyValue,
        None,
        "instant",
        300,
        "Store a JSON value under `key` for this person (64 KiB each, 1 MiB together).",
    ),
    Capability(
        "storage.remove",
        s.Key,
        None,
        "instant",
        300,
        "Forget what is stored under `key`. Nothing happens when there is nothing.",
    ),
    Capability(
        "storage.keys",
        s.Prefix,
        list[str],
        "instant",
        120,
        "List the keys stored for this person that begin with `prefix`, in order.",
    ),
)
_NAVIGATION = (
    Capability(
        "nav.to",
        s.Route,
        None,
        "effect",
        120,
        "Open a page on top of this one. Other keywords become its `query`.",
        rest="query",
    ),
    Capability(
        "nav.redirect",
        s.Route,
        None,
        "effect",
        120,
        "Replace this page by another. Other keywords become its `query`.",
        rest="query",
    ),
    Capability(
        "nav.back",
        s.Steps,
        None,
        "effect",
        120,
        "Close this page, or as many as `steps`.",
    ),
    Capability(
        "nav.switch_tab",
        s.RouteOnly,
        None,
        "effect",
        120,
        "Show a page of the tab bar and close all others.",
    ),
    Capability(
        "ui.toast",
        s.Toast,
        None,
        "effect",
        120,
        "Show a short message that goes away by itself.",
    ),
    Capability(
        "ui.title",
        s.TitleText,
        None,
        "effect",
        120,
        "Change the title in the bar above the page.",
    ),
)
_IDENTITY = (
    Capability(
        "identity.user",
        s.NoArguments,
        s.User,
        "instant",
        120,
        "Return the person's id for this mini-program and their language. The id is different in"
        " every mini-program and never changes.",
    ),
    Capability(
        "identity.profile",
        s.Then,
        s.Profile,
        "wait",
        6,
        "Ask the person for their name and picture.",
        scope="profile",
    ),
    Capability(
        "address.choose",
        s.Then,
        s.Address,
        "wait",
        12,
        "Let the person choose a delivery address.",
        scope="address",
    ),
)
_MARKET = (
    Capability(
        "products.get",
        s.SkuOnly,
        s.Product,
        "instant",
        600,
        "Return one product of this merchant. Refused with `not-found` when there is none.",
    ),
    Capability(
        "products.list",
        s.Listing,
        s.ProductPage,
        "instant",
        300,
        "Return the merchant's products in the order of the shelf.",
    ),
    Capability(
        "orders.create",
        s.NewOrder,
        s.Order,
        "instant",
        30,
        "Make an order of this merchant's products for this person. The host looks up prices and"
        " stock; nothing is paid yet.",
    ),
    Capability(
        "orders.get",
        s.OrderId,
        s.Order,
        "instant",
        300,
        "Return one order of this person with this merchant.",
    ),
    Capability(
        "orders.list",
        s.Listing,
        s.OrderPage,
        "instant",
        120,
        "Return this person's orders with this merchant, newest first.",
    ),
    Capability(
        "pay.open",
        s.PayOrder,
        s.Payment,
        "wait",
        6,
        "Open the host's payment sheet for an order. The host shows the shop and the amount itself;"
        " the handler named in `then` learns only whether it was paid.",
    ),
    Capability(
        "bills.create",
        s.NewBill,
        s.Order,
        "instant",
        12,
        "Make a bill for this person: an order of kind `bill`. `reference` is the merchant's own"
        " number: the same reference gives the same bill.",
        scope="bills",
    ),
)
_OUTSIDE = (
    Capability(
        "http.request",
        s.HttpRequest,
        s.HttpAnswer,
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
_OTHER = (
    Capability(
        "share.card",
        s.ShareCard,
        s.Card,
        "local",
        60,
        "Make the card that `on_share` returns. Other keywords become the `query` of the page.",
        rest="query",
    ),
    Capability(
        "log.info",
        s.LogText,
        None,
        "local",
        600,
        "Write a line to the merchant's log. Never put a person's data there.",
    ),
)

CAPABILITIES: Mapping[str, Capability] = MappingProxyType(
    {
        each.name: each
        for each in (*_STORAGE, *_NAVIGATION, *_IDENTITY, *_MARKET, *_OUTSIDE, *_OTHER)
    }
)
