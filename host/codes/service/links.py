"""Codes that are scanned: on a shop's counter, of one sale, of a person.

A token is chance; what it leads to stands in the host's own table.  Whoever pasted another code
over the shop's own can only lead to somebody whose name the payer then reads.
"""

from host.brands import service as brands
from host.codes import repository
from host.codes.errors import LinkEndedError, LinkNotFoundError
from host.codes.events import LinkPaid
from host.codes.model import (
    ASK_TTL_MS,
    LINKS_PER_MINUTE_MAX,
    MEMO_LENGTH_MAX,
    SALE_TTL_MS,
    Link,
    LinkKind,
    OpenedLink,
    Paid,
    Payee,
)
from host.codes.number import make_token
from host.codes.service.payees import pay_shop, person_payee, shop_payee
from host.contacts import service as contacts
from host.core import live, outbox
from host.core.db import Tx
from host.core.errors import BadInputError, IdempotencyKeyReusedError
from host.core.ids import new_id
from host.core.limits import check_rate
from host.core.money import Money
from host.core.text import clean_line
from host.wallet import service as wallet
from host.wallet.errors import NotAContactError, SameAccountError


def find_lasting_link(tx: Tx, owner_id: str) -> Link | None:
    """Return the lasting code of a shop or a person; None before it was first asked for."""
    return repository.find_lasting(tx, owner_id)


def open_shop_link(tx: Tx, brand_id: str, *, actor_id: str, now_ms: int) -> Link:
    """Return the code for a shop's counter; the first time, it is made."""
    brands.access_brand(tx, brand_id, actor_id=actor_id)
    return _lasting(tx, LinkKind.SHOP, brand_id, made_by=actor_id, now_ms=now_ms)


def reset_shop_link(tx: Tx, brand_id: str, *, actor_id: str, now_ms: int) -> Link:
    """Replace all codes of a shop: what is printed leads nowhere from now on."""
    brands.access_brand(tx, brand_id, actor_id=actor_id)
    return _reset(tx, LinkKind.SHOP, brand_id, made_by=actor_id, now_ms=now_ms)


def make_sale_link(
    tx: Tx,
    ask_id: str,
    *,
    brand_id: str,
    actor_id: str,
    money: Money,
    memo: str,
    now_ms: int,
) -> Link:
    """Make the code of one sale, once per ``ask_id``: one amount, for a quarter of an hour."""
    brands.access_brand(tx, brand_id, actor_id=actor_id)
    text = clean_line(memo, length_max=MEMO_LENGTH_MAX)
    earlier = repository.find_asked(tx, ask_id)
    if earlier is not None:
        asked = (brand_id, money.amount_minor, money.currency, text)
        if asked != (earlier.owner_id, earlier.amount_minor, earlier.currency, earlier.memo):
            raise IdempotencyKeyReusedError("This key was used for another code.")
        return earlier
    _count(tx, actor_id, now_ms=now_ms)
    link = Link(
        make_token(),
        ask_id,
        LinkKind.SALE,
        brand_id,
        money.amount_minor,
        money.currency,
        text,
        actor_id,
        now_ms,
        now_ms + SALE_TTL_MS,
    )
    repository.insert_link(tx, link)
    return link


def open_person_link(tx: Tx, person_id: str, *, now_ms: int) -> Link:
    """Return the code by which a person is paid; the first time, it is made."""
    return _lasting(tx, LinkKind.PERSON, person_id, made_by=person_id, now_ms=now_ms)


def reset_person_link(tx: Tx, person_id: str, *, now_ms: int) -> Link:
    """Replace all codes by which a person is paid."""
    return _reset(tx, LinkKind.PERSON, person_id, made_by=person_id, now_ms=now_ms)


def ask_amount(tx: Tx, person_id: str, *, money: Money, memo: str, now_ms: int) -> Link:
    """Make a code by which a person is paid one amount, by as many as scan it, for a day."""
    _count(tx, person_id, now_ms=now_ms)
    link = Link(
        make_token(),
        new_id(),
        LinkKind.PERSON,
        person_id,
        money.amount_minor,
        money.currency,
        clean_line(memo, length_max=MEMO_LENGTH_MAX),
        person_id,
        now_ms,
        now_ms + ASK_TTL_MS,
    )
    repository.insert_link(tx, link)
    return link


def access_link(tx: Tx, token: str, *, now_ms: int) -> OpenedLink:
    """Return what a scanned code leads to, and whom it pays."""
    link = repository.find_link(tx, token)
    _check_open(link, now_ms=now_ms)
    assert link is not None, "it was checked"
    return OpenedLink(link, _payee(tx, link))


def find_link(tx: Tx, token: str) -> Link:
    """Return a code, open or not: whether it can be paid is judged when it is."""
    link = repository.find_link(tx, token)
    if link is None:
        raise LinkNotFoundError(_REPLACED)
    return link


def access_sale_link(tx: Tx, token: str, *, brand_id: str, actor_id: str) -> Link:
    """Return the code of one sale, for the shop that has made it."""
    brands.access_brand(tx, brand_id, actor_id=actor_id)
    link = repository.find_link(tx, token)
    if link is None or link.owner_id != brand_id:
        raise LinkNotFoundError(_REPLACED)
    return link


def check_link(tx: Tx, token: str, *, payer_id: str, money: Money, now_ms: int) -> OpenedLink:
    """Refuse what cannot be paid, before a PIN is asked for."""
    opened = access_link(tx, token, now_ms=now_ms)
    _check_amount(opened.link, money)
    _check_payer(tx, opened.link, payer_id)
    wallet.check_can_spend(tx, payer_id, money)
    return opened


def link_intent(
    transfer_id: str, link: Link, *, payer_id: str, money: Money
) -> wallet.PaymentIntent:
    """Return what the payer is asked to confirm."""
    return wallet.PaymentIntent(
        payer_id, wallet.PaymentPurpose.CODE, transfer_id, money, link.owner_id
    )


def pay_link(
    tx: Tx,
    transfer_id: str,
    *,
    token: str,
    payer_id: str,
    money: Money,
    memo: str,
    confirmation_id: str,
    fee_bps: int,
    now_ms: int,
) -> Paid:
    """Pay through a scanned code, once per ``transfer_id``; the code of a sale serves once."""
    link = repository.lock_link(tx, token)
    earlier = wallet.find_transfer(tx, transfer_id)
    if earlier is not None and link is not None:
        if (earlier.money, earlier.order.reference) != (money, token):
            raise IdempotencyKeyReusedError("This key was used for another payment.")
        return Paid(transfer_id, _payee(tx, link), money)
    _check_open(link, now_ms=now_ms)
    assert link is not None, "it was checked"
    _check_amount(link, money)
    _check_payer(tx, link, payer_id)
    intent = link_intent(transfer_id, link, payer_id=payer_id, money=money)
    wallet.spend_confirmation(tx, confirmation_id, intent, now_ms=now_ms)
    if link.kind is LinkKind.PERSON:
        wallet.give_money(
            tx,
            transfer_id,
            payer_id=payer_id,
            receiver_id=link.owner_id,
            money=money,
            memo=link.memo or memo,
            reference=token,
            now_ms=now_ms,
        )
    else:
        pay_shop(
            tx,
            transfer_id,
            payer_id=payer_id,
            brand_id=link.owner_id,
            money=money,
            fee_bps=fee_bps,
            reference=token,
            now_ms=now_ms,
        )
    if link.kind is LinkKind.SALE:
        repository.close_link(tx, token, paid_by=payer_id, now_ms=now_ms)
    _tell(tx, link, transfer_id, payer_id, money, now_ms=now_ms)
    return Paid(transfer_id, _payee(tx, link), money)


def _lasting(tx: Tx, kind: LinkKind, owner_id: str, *, made_by: str, now_ms: int) -> Link:
    link = repository.find_lasting(tx, owner_id)
    if link is None:
        currency = wallet.FIRST_CURRENCY
        made = Link(make_token(), new_id(), kind, owner_id, None, currency, "", made_by, now_ms)
        repository.insert_link(tx, made)
        link = repository.find_lasting(tx, owner_id)
    assert link is not None, "it was there or was made"
    return link


def _reset(tx: Tx, kind: LinkKind, owner_id: str, *, made_by: str, now_ms: int) -> Link:
    _count(tx, made_by, now_ms=now_ms)
    repository.close_links(tx, owner_id, now_ms=now_ms)
    return _lasting(tx, kind, owner_id, made_by=made_by, now_ms=now_ms)


def _count(tx: Tx, person_id: str, *, now_ms: int) -> None:
    check_rate(tx, f"codes.link:{person_id}", per_minute=LINKS_PER_MINUTE_MAX, now_ms=now_ms)


def _payee(tx: Tx, link: Link) -> Payee:
    if link.kind is LinkKind.PERSON:
        return person_payee(tx, link.owner_id)
    return shop_payee(tx, link.owner_id)


def _check_open(link: Link | None, *, now_ms: int) -> None:
    if link is None:
        raise LinkNotFoundError(_REPLACED)
    if link.paid_by is not None:
        raise LinkEndedError("This was paid already. Nothing was charged.")
    if link.closed_at_ms is not None:
        raise LinkNotFoundError(_REPLACED)
    if link.expires_at_ms is not None and now_ms >= link.expires_at_ms:
        raise LinkEndedError("This code is too old. Ask for a new one; nothing was charged.")


def _check_amount(link: Link, money: Money) -> None:
    if link.amount_minor is not None and money != Money(link.amount_minor, link.currency):
        raise BadInputError("This code is for another amount. Scan it again.")


def _check_payer(tx: Tx, link: Link, payer_id: str) -> None:
    if link.kind is not LinkKind.PERSON:
        return
    if link.owner_id == payer_id:
        raise SameAccountError("That is you. Let somebody else scan your code.")
    # Who shows a code wants to be paid by whoever sees it, but not by whom they have blocked; and
    # a block is not told.
    if contacts.is_blocked(tx, payer_id, link.owner_id):
        raise NotAContactError("Money cannot be sent to this person now.")


def _tell(
    tx: Tx, link: Link, transfer_id: str, payer_id: str, money: Money, *, now_ms: int
) -> None:
    event = LinkPaid(
        link.kind, link.owner_id, payer_id, transfer_id, money.amount_minor, money.currency
    )
    outbox.publish(tx, event, now_ms=now_ms)
    if link.kind is not LinkKind.PERSON:
        staff = brands.find_member_ids(tx, link.owner_id)
        live.publish(tx, staff, "codes.till", {"token": link.token}, now_ms=now_ms)


_REPLACED = "This code was replaced, or there never was one. Ask for the new one."
