"""What a person reads and changes about the safety of their wallet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from host.core.db import Tx
from host.core.money import Currency
from host.identity import service as identity
from host.identity.model import Person
from host.wallet.authority import PaymentPurpose
from host.wallet.freeze_model import Freeze
from host.wallet.limits import SMALL_CHOICES_UNITS, minor_of
from host.wallet.repository.passkey import Passkey
from host.wallet.review_model import Review
from host.wallet.service import caps, freeze, funds, passkey, pin, risks
from host.wallet.service.views import choose_currency

_BETWEEN_PEOPLE = frozenset({PaymentPurpose.SEND, PaymentPurpose.CODE})


@dataclass(frozen=True, slots=True)
class SettingsView:
    """PIN, passkeys, small payments, tier, and what admins decided."""

    currency: Currency
    has_pin: bool
    # When a PIN that was chosen anew begins to count.
    reset_at_ms: int | None
    passkeys: Sequence[Passkey]
    standing: caps.Standing
    # What may be chosen as the ceiling of a small payment: units, and what that is.
    choices: Sequence[tuple[int, int]]
    freeze: Freeze | None
    parked_minor: int
    reviews: Sequence[Review]
    # The people that checked payments go to.
    people: Mapping[str, Person]


def read_settings(
    tx: Tx, person_id: str, *, currency: Currency | None, now_ms: int
) -> SettingsView:
    """Return all of it, in one currency."""
    chosen = currency or choose_currency(funds.balances(tx, person_id))
    reviews = risks.find_reviews_of(tx, person_id)
    payees = {r.intent.payee_id for r in reviews if r.intent.purpose in _BETWEEN_PEOPLE}
    return SettingsView(
        chosen,
        pin.has_pin(tx, person_id),
        pin.find_reset(tx, person_id, now_ms=now_ms),
        passkey.find_passkeys(tx, person_id),
        caps.standing(tx, person_id, chosen, now_ms=now_ms),
        [(units, minor_of(units, chosen)) for units in SMALL_CHOICES_UNITS],
        freeze.find_freeze(tx, person_id),
        freeze.parked_minor(tx, person_id, chosen),
        reviews,
        identity.find_people(tx, payees),
    )
