"""Tea by mandate in the demo lane: one signed and debited, and one that waits to be signed."""

from dataclasses import dataclass

from host.core.money import parse_currency
from host.demo.story import Lane
from host.demo.webshop import web_caller
from host.payments.mandate_model import Period, Terms
from host.payments.service import mandates, signing

_DAY = 24


@dataclass(frozen=True, slots=True)
class Leave:
    """What the tea house's server asks for."""

    hours: int
    # Nobody: it waits to be signed.
    who: str
    number: str
    terms: Terms


_CNY = parse_currency("CNY")
LEAVES: tuple[Leave, ...] = (
    Leave(
        3 * _DAY + 2,
        "mei",
        "tea-club-7",
        Terms("Tea of the week", _CNY, 40_00, Period.MONTH, 120_00, 4),
    ),
    Leave(4, "", "cups-2", Terms("A new cup each week", _CNY, 60_00, Period.WEEK, 60_00, 1)),
)

# (number, hours ago, minor units of CNY)
DEBITS: tuple[tuple[str, int, int], ...] = (
    ("tea-club-7", 3 * _DAY + 1, 32_00),
    ("tea-club-7", 20, 36_00),
)


async def allow_debits(lane: Lane, leave: Leave) -> None:
    """Let the shop ask, and perhaps somebody sign and be debited."""
    db, now_ms = lane.deps.db, lane.at(hours=leave.hours)
    caller = await web_caller(lane)
    made = await db.write(
        mandates.create_mandate, leave.number, leave.terms, caller=caller, now_ms=now_ms
    )
    if not leave.who:
        return
    from host.demo.trade import confirm  # noqa: PLC0415  (which tells when this happens)

    person_id = lane.people[leave.who]
    intent = signing.signing_intent(made, person_id)
    await db.write(
        signing.sign,
        made.id,
        actor_id=person_id,
        confirmation_id=await confirm(lane, intent, now_ms),
        shown_terms=made.fingerprint,
        now_ms=now_ms + 60_000,
    )


async def debit(lane: Lane, number: str, hours: int, amount_minor: int) -> None:
    """Let the shop take what Mei has allowed."""
    await lane.deps.db.write(
        mandates.take_debit,
        number,
        mandates.Debit(f"{number}-{hours}", amount_minor),
        caller=await web_caller(lane),
        fee_bps=lane.deps.settings.platform_fee_bps,
        now_ms=lane.at(hours=hours),
    )
