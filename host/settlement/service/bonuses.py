"""A brand gives a bonus: from what it has available, to be spent at that brand alone."""

from host.brands import service as brands
from host.core.db import Tx
from host.core.ids import derived_id
from host.core.money import Money
from host.identity import service as identity
from host.wallet import service as wallet
from host.wallet.bonus_model import Bonus


def give_bonus(
    tx: Tx,
    key: str,
    *,
    handle: str,
    actor_id: str,
    pin_attempt_id: str,
    person_handle: str,
    money: Money,
    reason: str,
    expires_at_ms: int,
    now_ms: int,
) -> Bonus:
    """Give somebody a bonus, once a key, as the brand's owner, with the PIN."""
    brand = brands.access_brand_by_handle(tx, handle, actor_id=actor_id)
    brands.access_own_brand(tx, brand.id, actor_id=actor_id)
    person = identity.access_person_by_handle(tx, person_handle.strip().removeprefix("@"))
    wallet.spend_pin(tx, pin_attempt_id, actor_id)
    new = Bonus(
        id=derived_id("settlement.bonus", brand.id, key),
        person_id=person.id,
        funder_id=brand.id,
        brand_id=brand.id,
        money=money,
        left_minor=money.amount_minor,
        reason=reason,
        granted_by=actor_id,
        granted_at_ms=now_ms,
        expires_at_ms=expires_at_ms,
    )
    return wallet.grant_bonus(tx, new)
