"""A person's own code: made when its screen asks for one."""

from host.codes import repository
from host.codes.model import CODES_PER_MINUTE_MAX, PAY_CODE_TTL_MS, PayCode
from host.codes.number import hash_number, make_number
from host.core.db import Tx
from host.core.ids import new_id
from host.core.limits import check_rate
from host.wallet import service as wallet
from host.wallet.errors import PinNotSetError

# Long enough to answer a till that repeats its request.
_KEPT_MS = 10 * 60_000


def make_pay_code(tx: Tx, person_id: str, *, now_ms: int) -> PayCode:
    """Make a code that serves once within a minute; an earlier one keeps the rest of its minute.

    So a cashier who reads the screen at the moment at which it changes is not refused.
    """
    check_rate(tx, f"codes.make:{person_id}", per_minute=CODES_PER_MINUTE_MAX, now_ms=now_ms)
    if not wallet.has_pin(tx, person_id):
        raise PinNotSetError("You have no payment PIN yet. Set one in your wallet.")
    code = PayCode(new_id(), make_number(), now_ms + PAY_CODE_TTL_MS)
    repository.insert_pay_code(
        tx,
        code.id,
        person_id,
        number_hash=hash_number(code.number),
        made_at_ms=now_ms,
        expires_at_ms=code.expires_at_ms,
    )
    return code


def forget_pay_codes(tx: Tx, *, now_ms: int) -> int:
    """Delete codes that are over and return how many."""
    return repository.delete_pay_codes(tx, before_ms=now_ms - _KEPT_MS)
