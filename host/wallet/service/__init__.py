"""The wallet's use cases.  Other domains import this package and nothing below it."""

from host.wallet.service.balances import (
    FIRST_CURRENCY,
    balance,
    balance_at,
    balances,
    merchant_balance,
    open_wallet,
)
from host.wallet.service.escrow import (
    find_escrow,
    fund_escrow,
    refund_escrow,
    release_escrow,
)
from host.wallet.service.pin import (
    accept_pin,
    begin_pin_attempt,
    check_new_pin,
    confirm_pin,
    has_pin,
    refuse_pin,
    set_pin,
)
from host.wallet.service.transfers import (
    hold_transfer,
    open_account,
    post_held,
    post_transfer,
    reverse_transfer,
    void_held,
)

__all__ = [
    "FIRST_CURRENCY",
    "accept_pin",
    "balance",
    "balance_at",
    "balances",
    "begin_pin_attempt",
    "check_new_pin",
    "confirm_pin",
    "find_escrow",
    "fund_escrow",
    "has_pin",
    "hold_transfer",
    "merchant_balance",
    "open_account",
    "open_wallet",
    "post_held",
    "post_transfer",
    "refund_escrow",
    "refuse_pin",
    "release_escrow",
    "reverse_transfer",
    "set_pin",
    "void_held",
]
