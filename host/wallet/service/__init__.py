"""The wallet's use cases.  Other domains import this package and nothing below it."""

from host.core.db import Tx
from host.wallet.authority import (
    Clearance,
    Demand,
    Gate,
    Method,
    PaymentIntent,
    PaymentPurpose,
    Proof,
)
from host.wallet.escrow_model import Escrow
from host.wallet.model import Balance, EscrowStatus, PinAttempt
from host.wallet.service.at_once import fee_of, give_money, pay_merchant
from host.wallet.service.authorise import (
    confirm_with_pin,
    forget_old_confirmations,
    preview_payment,
    spend_confirmation,
)
from host.wallet.service.caps import (
    can_receive,
    check_can_hold,
    check_can_receive,
    set_small,
    set_tier,
    standing,
)
from host.wallet.service.entry import authorise, check_pin, run_operation
from host.wallet.service.escrow import (
    find_escrow,
    fund_escrow,
    refund_escrow,
    refund_part,
    release_escrow,
)
from host.wallet.service.exchange import (
    Rate,
    access_quote,
    exchange,
    forget_old_quotes,
    fund_exchange,
    quote_exchange,
)
from host.wallet.service.freeze import (
    appeal_freeze,
    close_wallet,
    find_freeze,
    find_freezes_of,
    find_open_freezes,
    freeze_wallet,
    lift_freeze,
    parked_minor,
    way_back,
)
from host.wallet.service.funds import (
    FIRST_CURRENCY,
    balance,
    balance_at,
    balances,
    check_can_spend,
    find_people_of,
    find_transfer,
    merchant_balance,
    open_wallet,
)
from host.wallet.service.mandated import clear_debit, note_debit
from host.wallet.service.merchant import (
    merchant_currencies,
    newest_lines,
    posted,
    posted_at,
    read_span,
)
from host.wallet.service.packets import return_packets
from host.wallet.service.passkey import (
    add_passkey,
    begin_passkey,
    find_passkeys,
    forget_old_challenges,
    remove_passkey,
)
from host.wallet.service.payments import expire_offers
from host.wallet.service.pin import (
    accept_pin,
    begin_pin_attempt,
    find_reset,
    forget_old_attempts,
    has_pin,
    refuse_pin,
    set_pin,
    spend_pin,
    stop_reset,
)
from host.wallet.service.rail import begin_payout, find_operation
from host.wallet.service.requests import expire_requests
from host.wallet.service.reviews import decide_review, expire_reviews
from host.wallet.service.risks import (
    find_hits,
    find_open_reviews,
    find_reviews_of,
    find_rules,
    switch_rule,
)
from host.wallet.service.transfers import (
    close_account,
    expire_held,
    hold_transfer,
    ledger_time,
    lock_ledger,
    open_account,
    post_held,
    post_linked,
    post_together,
    post_transfer,
    reverse_transfer,
    void_held,
)

__all__ = [
    "FIRST_CURRENCY",
    "Balance",
    "Clearance",
    "Demand",
    "Escrow",
    "EscrowStatus",
    "Gate",
    "Method",
    "PaymentIntent",
    "PaymentPurpose",
    "PinAttempt",
    "Proof",
    "Rate",
    "accept_pin",
    "access_quote",
    "add_passkey",
    "appeal_freeze",
    "authorise",
    "balance",
    "balance_at",
    "balances",
    "begin_passkey",
    "begin_payout",
    "begin_pin_attempt",
    "can_receive",
    "check_can_hold",
    "check_can_receive",
    "check_can_spend",
    "check_pin",
    "clear_debit",
    "close_account",
    "close_wallet",
    "confirm_with_pin",
    "decide_review",
    "exchange",
    "expire_held",
    "expire_reviews",
    "fee_of",
    "find_escrow",
    "find_freeze",
    "find_freezes_of",
    "find_hits",
    "find_open_freezes",
    "find_open_reviews",
    "find_operation",
    "find_passkeys",
    "find_people_of",
    "find_reset",
    "find_reviews_of",
    "find_rules",
    "find_transfer",
    "forget_old_challenges",
    "forget_old_confirmations",
    "freeze_wallet",
    "fund_escrow",
    "fund_exchange",
    "give_money",
    "has_pin",
    "hold_transfer",
    "ledger_time",
    "lift_freeze",
    "lock_ledger",
    "merchant_balance",
    "merchant_currencies",
    "newest_lines",
    "note_debit",
    "open_account",
    "open_wallet",
    "parked_minor",
    "pay_merchant",
    "post_held",
    "post_linked",
    "post_together",
    "post_transfer",
    "posted",
    "posted_at",
    "preview_payment",
    "quote_exchange",
    "read_span",
    "refund_escrow",
    "refund_part",
    "refuse_pin",
    "release_escrow",
    "remove_passkey",
    "reverse_transfer",
    "run_operation",
    "set_pin",
    "set_small",
    "set_tier",
    "spend_confirmation",
    "spend_pin",
    "standing",
    "stop_reset",
    "sweep",
    "switch_rule",
    "void_held",
    "way_back",
]


def sweep(tx: Tx, *, now_ms: int) -> int:
    """Do what has become due."""
    due = (
        forget_old_attempts,
        forget_old_confirmations,
        forget_old_challenges,
        expire_reviews,
        forget_old_quotes,
        expire_offers,
        return_packets,
        expire_requests,
        expire_held,
    )
    return sum(do(tx, now_ms=now_ms) for do in due)
