"""Service messages: after an order, or after the person has asked for them."""

from typing import Annotated

from msgspec import Meta, Struct

from sdk.contract import shapes as s
from sdk.contract.capabilities.model import Capability

Topic = Annotated[str, Meta(pattern=s.whole(r"[a-z][a-z0-9_]{0,39}"))]
FieldName = Annotated[str, Meta(pattern=s.whole(r"[a-z][a-z0-9_]{0,19}"))]


class MoneyField(Struct, forbid_unknown_fields=True):
    """An amount, for a field of the kind ``money``."""

    amount_minor: s.AmountMinor
    currency: s.CurrencyCode


class Subscribe(s.Arguments):
    topics: Annotated[list[Topic], Meta(min_length=1, max_length=3)]
    then: s.Handler


class Send(s.Arguments):
    topic: Topic
    order_id: s.ObjectId | None = None
    fields: Annotated[
        dict[FieldName, Annotated[str, Meta(max_length=200)] | int | MoneyField],
        Meta(max_length=5),
    ] = {}
    page: s.PageRoute | None = None
    query: s.Query = {}


class Subscribed(Struct):
    """Answer of ``messages.subscribe``: the topics that the person has chosen."""

    ok: bool
    topics: list[str]


class Sent(Struct):
    """How many more messages may follow from the same order or the same choice."""

    left: int


MESSAGES: tuple[Capability, ...] = (
    Capability(
        "messages.subscribe",
        Subscribe,
        Subscribed,
        "wait",
        6,
        "Ask the person which topics they want messages about. The sheet shows the sentences of"
        " `hutong.messages` in the manifest; five messages may follow from each choice, then ask"
        " again.",
        scope="messages",
    ),
    Capability(
        "messages.send",
        Send,
        Sent,
        "instant",
        12,
        "Send the sentence of a topic into the merchant's chat with a person, with a card that"
        " opens `page`: to the buyer of `order_id`, on a page of theirs or of the merchant's team;"
        " without an order, to the person of this page, who has subscribed to the topic. Five"
        " messages may follow from an order or a subscription, then the call is refused with"
        " `quota-exceeded`; a topic that the person has stopped is refused with `declined`. Fields"
        " are of the kinds that the sentence names: `text` (40 characters, no links), `code`,"
        " `number`, `date` (milliseconds) or `money`. What was sent stays sent when the handler"
        " fails later; an event that runs again sends nothing twice.",
        scope="messages",
        has_own_consent=True,
    ),
)
