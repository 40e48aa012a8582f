"""Whom a code pays, from the host's own records, and paying a shop."""

from host.brands import service as brands
from host.codes.model import Payee
from host.core.db import Tx
from host.core.money import Money
from host.identity import service as identity
from host.settlement import service as settlement
from host.wallet import service as wallet


def shop_payee(tx: Tx, brand_id: str) -> Payee:
    """Return a shop as the payer must see it before paying."""
    brand = brands.access_public_brand(tx, brand_id)
    return Payee(
        brand.id, brand.handle, brand.name, brand.logo_id, is_shop=True,
        is_verified=brand.is_verified,
    )  # fmt: skip


def person_payee(tx: Tx, person_id: str) -> Payee:
    """Return a person as the payer must see them before paying."""
    person = identity.access_person(tx, person_id)
    return Payee(
        person.id, person.handle, person.name, person.avatar_id, is_shop=False, is_verified=False
    )


def pay_shop(
    tx: Tx,
    transfer_id: str,
    *,
    payer_id: str,
    brand_id: str,
    money: Money,
    fee_bps: int,
    reference: str,
    now_ms: int,
) -> None:
    """Pay a shop at once, less the fee that was agreed with it; it is settled like other sales."""
    agreed_bps = settlement.fee_bps_of(tx, brand_id, default_bps=fee_bps)
    wallet.pay_merchant(
        tx,
        transfer_id,
        payer_id=payer_id,
        brand_id=brand_id,
        money=money,
        fee_bps=agreed_bps,
        reference=reference,
        now_ms=now_ms,
    )
    settlement.record_earning(
        tx,
        source_kind="code",
        source_id=transfer_id,
        brand_id=brand_id,
        money=money,
        fee_minor=wallet.fee_of(money, agreed_bps),
        now_ms=now_ms,
    )
