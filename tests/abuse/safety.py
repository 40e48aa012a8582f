"""What Ann has that keeps her wallet safe: a passkey, and a payment that is being checked."""

from host.core.db import Tx
from host.core.money import Currency, Money
from host.wallet import service as wallet
from host.wallet.repository import passkey as passkeys
from host.wallet.service import risks
from tests.conftest import START_MS


def make_safe(tx: Tx, person_id: str) -> dict[str, str]:
    """Give a person both and return their ids."""
    kept = passkeys.Passkey("passkey-of-ann", person_id, "Telephone", "key", 0, START_MS, None)
    passkeys.insert_passkey(tx, kept)
    intent = wallet.PaymentIntent(
        person_id, wallet.PaymentPurpose.ORDER, "an-order", Money(100, Currency("CNY")), "a-shop"
    )
    review = risks.open_review(tx, intent, now_ms=START_MS)
    return {"passkey": kept.id, "review": review.id, "rule": "velocity"}
