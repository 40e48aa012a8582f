"""The wallet's part of docs/limits.md: how payments are confirmed, and the tiers."""

from host.core.money import EXPONENTS, Currency
from host.wallet.limits import SMALL_CHOICES_UNITS, TIERS, UNIT_MINOR, minor_of

CONFIRMING = (
    ("Reason of a freeze", "host.wallet.freeze_model:FREEZE_REASON_CHARS_MAX"),
    ("Appeal against a freeze", "host.wallet.freeze_model:FREEZE_APPEAL_CHARS_MAX"),
    (
        "Payments without a PIN, in 24 hours",
        "host.wallet.limits:SMALL_PER_DAY_COUNT_MAX",
    ),
    (
        "The same together, in ceilings that their person chose",
        "host.wallet.limits:SMALL_PER_DAY_CEILINGS",
    ),
    ("Passkeys of one person", "host.wallet.service.passkey:PASSKEY_COUNT_MAX"),
    ("Name of a passkey", "host.wallet.service.passkey:PASSKEY_NAME_CHARS_MAX"),
    ("A passkey answers within", "host.wallet.service.passkey:CHALLENGE_TTL_MS"),
    ("Answer of a passkey", "host.wallet.edge:SIGNED_CHARS_MAX"),
    ("A PIN that was forgotten counts anew after", "host.wallet.service.pin:RESET_AFTER_MS"),
    (
        "A payment that nobody has looked at is given up after",
        "host.wallet.review_model:REVIEW_TTL_MS",
    ),
    ("Reason of a decision about a payment", "host.wallet.review_model:RISK_REASON_CHARS_MAX"),
    ("A confirmation holds for", "host.wallet.service.authorise:CONFIRMATION_TTL_MS"),
)

_TIERS_SAY = (
    "Everybody begins unverified; an admin raises a tier, with a reason."
    " Refunds and other money that comes back always come in."
)


def tiers_table() -> str:
    """Return the tiers for docs/limits.md, in every currency."""
    rows = (
        ("One payment", "payment_units"),
        ("All payments of 24 hours", "day_units"),
        ("All payments of 30 days", "month_units"),
        ("What the wallet holds", "balance_units"),
        ("What others send in 30 days", "received_units"),
    )
    lines = [
        "## Tiers of wallets",
        "",
        _TIERS_SAY,
        "",
        "| tier | limit | " + " | ".join(UNIT_MINOR) + " |",
        "|---|---" + "|--:" * len(UNIT_MINOR) + "|",
    ]
    lines += [
        f"| {tier.name} | {title} | {_in_all(getattr(tier, name))} |"
        for tier in TIERS
        for title, name in rows
    ]
    lines += [
        f"| any | A payment without a PIN, when chosen | {_in_all(units)} |"
        for units in SMALL_CHOICES_UNITS[1:]
    ]
    return "\n".join(lines) + "\n"


def _in_all(units: int) -> str:
    return " | ".join(
        f"{minor_of(units, Currency(code)) // 10 ** EXPONENTS[code]:,}" for code in UNIT_MINOR
    )
