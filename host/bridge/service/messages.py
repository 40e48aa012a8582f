"""Service messages of mini-programs: who may be told what, how often, and how that ends.

A message follows from an act of the person: an order, or a choice in a sheet.  Five may follow from
each.  The words are the manifest's; a program fills in short fields.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from host.brands import service as brands
from host.bridge import repository_messages as repository
from host.bridge.errors import MessageGoneError
from host.bridge.model import (
    MESSAGES_KEPT_MS,
    MESSAGES_PER_ACT_MAX,
    Running,
    SentMessage,
    Subscription,
)
from host.bridge.service.consents import note_access
from host.chat import service as chat
from host.core.db import Tx
from host.core.errors import BadInputError
from host.core.money import format_money, parse_currency
from host.core.text import clean_line
from host.identity import service as identity
from host.market import service as market
from host.market.errors import OrderNotFoundError
from host.programs import service as programs
from host.programs.service import Program
from runtime.model import CallRefusedError
from sdk.contract.errors import CALL_ERRORS, DECLINED, NOT_DECLARED, QUOTA_EXCEEDED
from sdk.contract.message_text import FIELD_CHARS_MAX, fill, has_link, read_fields
from sdk.contract.shapes import AT_MS_MAX

_LOCALES = {"en": "en", "zh-Hans": "zh_Hans"}
_CODE_CHARS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-")


def find_topic(running: Running, topic: str) -> Mapping[str, str]:
    """Return the sentence of a topic by language, or refuse what no reviewer has read."""
    for declared in running.version.messages:
        if declared.topic == topic:
            return declared.text
    raise CallRefusedError(NOT_DECLARED, f"hutong.messages in the manifest has no topic '{topic}'.")


def send_message(
    tx: Tx,
    message_id: str,
    *,
    actor_id: str,
    running: Running,
    topic: str,
    order_id: str | None,
    fields: Mapping[str, Any],
    page: str,
    query: Mapping[str, Any],
    now_ms: int,
) -> int:
    """Send a message, once per ``message_id``; return how many more may follow.

    Whether a person has muted the brand is not told: the message counts and is not delivered.
    """
    text = find_topic(running, topic)
    person_id, act_id = _find_act(tx, running, topic, order_id, actor_id=actor_id)
    used = repository.count_messages(tx, act_id, running.program.id)
    if repository.find_messages(tx, [message_id]):
        return MESSAGES_PER_ACT_MAX - used
    if used >= MESSAGES_PER_ACT_MAX:
        sentence = f"{MESSAGES_PER_ACT_MAX} messages have followed from this. Ask the person again."
        raise CallRefusedError(QUOTA_EXCEEDED, sentence)
    person = identity.find_people(tx, [person_id]).get(person_id)
    lang = person.lang if person is not None else "en"
    said = _fill(text.get(lang) or text["en"], fields, lang)
    program_id = running.program.id
    message = SentMessage(message_id, person_id, program_id, topic, act_id, page, query, now_ms)
    repository.insert_message(tx, message)
    if person is not None and not brands.is_muted(tx, running.brand.id, person_id):
        _deliver(tx, message, running, said, now_ms=now_ms)
    return MESSAGES_PER_ACT_MAX - used - 1


def _deliver(tx: Tx, message: SentMessage, running: Running, said: str, *, now_ms: int) -> None:
    chat.send_notice(
        tx,
        message.person_id,
        brand_id=running.brand.id,
        client_id=message.id,
        text=said,
        card_kind="message",
        card_id=message.id,
        now_ms=now_ms,
    )
    note_access(
        tx,
        message.id,
        person_id=message.person_id,
        program_id=running.program.id,
        version_id=running.version.id,
        capability="messages.send",
        scope="messages",
        now_ms=now_ms,
    )


def _find_act(
    tx: Tx, running: Running, topic: str, order_id: str | None, *, actor_id: str
) -> tuple[str, str]:
    """Return whom a message goes to, and the act that it follows from and is counted by."""
    if order_id is None:
        wish = repository.lock_subscription(tx, actor_id, running.program.id, topic)
        if wish is None or wish.stopped_at_ms is not None:
            raise CallRefusedError(DECLINED, CALL_ERRORS[DECLINED])
        return actor_id, f"answer:{wish.act_id}"
    order = market.access_either_side(tx, order_id, actor_id=actor_id)
    if order.brand_id != running.brand.id:
        raise OrderNotFoundError("You have no order with this id.")
    wish = repository.lock_subscription(tx, order.buyer_id, running.program.id, topic)
    if wish is not None and wish.stopped_at_ms is not None:
        raise CallRefusedError(DECLINED, CALL_ERRORS[DECLINED])
    return order.buyer_id, f"order:{order.id}"


def _fill(text: str, fields: Mapping[str, Any], lang: str) -> str:
    kinds = read_fields(text) or {}
    if set(kinds) != set(fields):
        raise BadInputError(f"This topic has the fields {', '.join(kinds) or 'none'}.")
    shown = {name: _show(name, kind, fields[name], lang) for name, kind in kinds.items()}
    # Two harmless fields, or a field and the words beside it, may be a link together.
    words = {name: said if kinds[name] == "text" else "…" for name, said in shown.items()}
    if has_link(unicodedata.normalize("NFKC", fill(text, words))):
        raise BadInputError("The message looks like a link. The card leads to your page.")
    return fill(text, shown)


def _show(name: str, kind: str, value: Any, lang: str) -> str:
    """Return a field as people read it in ``lang``, or refuse what is not of its kind."""
    match kind, value:
        case "text", str():
            return _check_text(name, value)
        case "code", str() if 0 < len(value) <= FIELD_CHARS_MAX and set(value) <= _CODE_CHARS:
            return value
        case "number", int():
            return str(format_decimal(value, locale=_LOCALES[lang]))
        case "date", int() if 0 <= value <= AT_MS_MAX:
            day = datetime.fromtimestamp(value / 1000, tz=UTC).date()
            return str(format_date(day, locale=_LOCALES[lang]))
        case "money", dict():
            currency = parse_currency(value["currency"])
            return format_money(value["amount_minor"], currency, lang)
    raise BadInputError(f"The field {name} is not a {kind}.")


def _check_text(name: str, value: str) -> str:
    plain = unicodedata.normalize("NFC", value)
    if not 0 < len(plain) <= FIELD_CHARS_MAX:
        raise BadInputError(f"The field {name} has 1 to {FIELD_CHARS_MAX} characters.")
    if clean_line(plain, length_max=FIELD_CHARS_MAX) != plain:
        raise BadInputError(f"The field {name} has signs that a line of text cannot have.")
    if has_link(unicodedata.normalize("NFKC", plain)):
        raise BadInputError(f"The field {name} looks like a link. The card leads to your page.")
    return plain


def subscribe(
    tx: Tx, person_id: str, program_id: str, topics: list[str], *, act_id: str, now_ms: int
) -> None:
    """Let a program send messages about ``topics``: five each, counted anew."""
    for topic in topics:
        wish = Subscription(person_id, program_id, topic, f"{act_id}:{topic}", now_ms, None)
        repository.put_subscription(tx, wish)


def stop_topic(tx: Tx, person_id: str, program_id: str, topic: str, *, now_ms: int) -> None:
    """Let no more messages about a topic come; it counts from the program's next call."""
    wish = repository.lock_subscription(tx, person_id, program_id, topic) or Subscription(
        person_id, program_id, topic, "", now_ms, now_ms
    )
    repository.put_subscription(tx, replace(wish, changed_at_ms=now_ms, stopped_at_ms=now_ms))


def stop_like(tx: Tx, message_id: str, *, actor_id: str, now_ms: int) -> None:
    """Stop the topic of a message; a stranger's message looks like a missing one."""
    found = repository.find_messages(tx, [message_id])
    if not found or found[0].person_id != actor_id:
        raise MessageGoneError("You have no such message. Look under Me, What shops may know.")
    stop_topic(tx, actor_id, found[0].program_id, found[0].topic, now_ms=now_ms)


def find_subscriptions(tx: Tx, person_id: str) -> list[tuple[Program, Subscription, str]]:
    """Return what a person gets messages about: the program, the topic, and its sentence now."""
    wishes = repository.find_subscriptions(tx, person_id)
    found = programs.find_programs(tx, {wish.program_id for wish in wishes})
    person = identity.find_people(tx, [person_id]).get(person_id)
    lang = person.lang if person is not None else "en"
    return [
        (program, wish, _sentence(tx, program, wish.topic, lang))
        for wish in wishes
        if (program := found.get(wish.program_id)) is not None
    ]


def _sentence(tx: Tx, program: Program, topic: str, lang: str) -> str:
    version = (
        programs.find_version(tx, program.live_version_id) if program.live_version_id else None
    )
    texts = [m.text for m in version.messages if m.topic == topic] if version is not None else []
    return outline(texts[0].get(lang) or texts[0]["en"]) if texts else topic


def outline(text: str) -> str:
    """Return a sentence with a gap for each field."""
    return fill(text, dict.fromkeys(read_fields(text) or {}, "…"))


def sweep_messages(tx: Tx, *, now_ms: int) -> int:
    """Forget what is too old to be counted."""
    return repository.delete_old_messages(tx, before_ms=now_ms - MESSAGES_KEPT_MS)
