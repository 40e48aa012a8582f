"""What an entry is called in a file, as the pages call it."""

from host.core.i18n import gettext
from host.wallet.model import Purpose
from host.wallet.service.statement import ShownLine

# English words; keys of the translations.
_WORDS: dict[Purpose, str] = {
    Purpose.TOP_UP: "Top-up",
    Purpose.WITHDRAWAL: "Withdrawal",
    Purpose.SEND: "Transfer",
    Purpose.ESCROW_FUND: "Order",
    Purpose.ESCROW_REFUND: "Refund",
    Purpose.REFUND: "Refund",
    Purpose.REVERSAL: "Correction",
    Purpose.ADJUSTMENT: "Correction by the operator",
    Purpose.RAIL_RETURN: "Returned by the bank",
    Purpose.EXCHANGE: "Exchange",
    Purpose.SHOP_PAYMENT: "Paid by code",
    Purpose.BILL: "Bill",
    Purpose.BILL_REFUND: "Bill, paid back",
    Purpose.PACKET_FUND: "Red packet",
    Purpose.PACKET_OPEN: "Red packet",
    Purpose.PACKET_RETURN: "Red packet",
    Purpose.SPLIT: "Share of a sale",
    Purpose.FROM_MERCHANT: "Paid by a shop",
}


def kind_of(shown: ShownLine, lang: str) -> str:
    """Return what kind of payment an entry is."""
    return gettext(lang, _WORDS.get(shown.line.purpose, "Payment"))


def with_whom(shown: ShownLine) -> str:
    """Return the other side by name, where it has one."""
    if shown.person is not None:
        return shown.person.name
    if shown.order is not None:
        return shown.order.shop_name or shown.order.title
    return ""
