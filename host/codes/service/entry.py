"""Use cases in more than one transaction: what counts even when it is refused, and PINs."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from host.codes.errors import TillLockedError
from host.codes.model import Charge, ChargeStatus, Link, Paid
from host.codes.number import read_number
from host.codes.service import charges, links
from host.core.db import Database
from host.core.errors import AppError
from host.core.ids import derived_id
from host.core.money import Money
from host.wallet import service as wallet

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """What taking a payment needs of the host."""

    gate: wallet.Gate
    now_ms: Callable[[], int]
    fee_bps: int

    @property
    def db(self) -> Database:
        """The database."""
        return self.gate.db


async def take_code(
    desk: Desk, *, key: str, brand_id: str, actor_id: str, typed: str, money: Money, memo: str
) -> Charge:
    """Ask the owner of a code for an amount; a number that is no code has been counted."""
    number = read_number(typed)
    try:
        await desk.db.write(charges.begin_look, brand_id, actor_id=actor_id, now_ms=desk.now_ms())
    except TillLockedError:
        _log.warning("The tills of brand %s are locked: too many numbers were no code.", brand_id)
        raise
    charge = await desk.db.write(
        charges.charge_code,
        derived_id("codes.charge", brand_id, key),
        brand_id=brand_id,
        actor_id=actor_id,
        number=number,
        money=money,
        memo=memo,
        now_ms=desk.now_ms(),
    )
    return await _pay_small(desk, charge)


async def _pay_small(desk: Desk, charge: Charge) -> Charge:
    """Pay at once what its payer lets go without a PIN; everything else waits for their word."""
    intent = charges.charge_intent(charge)
    if charge.status is not ChargeStatus.WAITING:
        return charge
    try:
        demand = await desk.db.read(wallet.preview_payment, intent, now_ms=desk.now_ms())
        if demand.needs_proof:
            return charge
        return await _pay(desk, charge, wallet.Proof())
    except AppError:
        # Too little money, a limit, a new device: the sheet on their own screen says what it is.
        return charge


async def _pay(desk: Desk, charge: Charge, proof: wallet.Proof) -> Charge:
    confirmation_id = await wallet.authorise(
        desk.gate, charges.charge_intent(charge), proof, now_ms=desk.now_ms()
    )
    return await desk.db.write(
        charges.pay_charge,
        charge.id,
        actor_id=charge.payer_id,
        shown_minor=charge.money.amount_minor,
        confirmation_id=confirmation_id,
        fee_bps=desk.fee_bps,
        now_ms=desk.now_ms(),
    )


async def confirm_charge(
    desk: Desk, charge_id: str, *, actor_id: str, shown_minor: int, proof: wallet.Proof
) -> Charge:
    """Pay what a till asks for, with the PIN."""
    shown = await desk.db.read(charges.access_charge, charge_id, actor_id=actor_id)
    if shown.charge.status is ChargeStatus.PAID:
        return shown.charge
    await desk.db.read(
        charges.check_charge,
        charge_id,
        actor_id=actor_id,
        shown_minor=shown_minor,
        now_ms=desk.now_ms(),
    )
    return await _pay(desk, shown.charge, proof)


def scanned_intent(link: Link, *, key: str, payer_id: str, money: Money) -> wallet.PaymentIntent:
    """Return what paying through a scanned code asks its payer to confirm."""
    transfer_id = derived_id("codes.pay", payer_id, key)
    return links.link_intent(transfer_id, link, payer_id=payer_id, money=money)


async def pay_scanned(
    desk: Desk,
    *,
    key: str,
    token: str,
    payer_id: str,
    money: Money,
    memo: str,
    proof: wallet.Proof,
) -> Paid:
    """Pay through a scanned code, with the PIN; the same key pays once."""
    opened = await desk.db.read(links.find_link, token)
    intent = scanned_intent(opened, key=key, payer_id=payer_id, money=money)
    transfer_id = intent.subject_id
    confirmation_id = await wallet.authorise(desk.gate, intent, proof, now_ms=desk.now_ms())
    return await desk.db.write(
        links.pay_link,
        transfer_id,
        token=token,
        payer_id=payer_id,
        money=money,
        memo=memo,
        confirmation_id=confirmation_id,
        fee_bps=desk.fee_bps,
        now_ms=desk.now_ms(),
    )
