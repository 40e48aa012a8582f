"""How the host tells a biller of a payment, behind one interface, as with rails.

What a biller did not answer is *unknown*: it is asked about under the same id and never told anew.
A biller with a server of its own has no adapter; it asks for its payments and answers over JSON.
"""

from typing import Protocol

from host.bills.model import Adapter, Answer, Payment, PaymentState


class BillerAdapter(Protocol):
    """A biller that the host can ask."""

    async def tell(self, payment: Payment) -> Answer:
        """Tell of a payment, once; its id is the biller's own idempotency key."""
        ...

    async def query(self, payment: Payment) -> Answer:
        """Ask what became of it; a biller that never heard of it hears of it now."""
        ...


# Amounts in minor units with which a developer sees what a biller may do.
LATE_ACCEPTED_MINOR = 77_701
LATE_REFUSED_MINOR = 77_702
SILENT_MINOR = 77_703
REFUSED_MINOR = 77_704


class DemoBiller:
    """Takes every payment at once, but for four amounts that behave as billers do on bad days."""

    async def tell(self, payment: Payment) -> Answer:
        """Answer at once, or not at all."""
        if payment.money.amount_minor in {LATE_ACCEPTED_MINOR, LATE_REFUSED_MINOR, SILENT_MINOR}:
            raise TimeoutError
        return await self.query(payment)

    async def query(self, payment: Payment) -> Answer:
        """Tell how it ended; the silent amount never does."""
        match payment.money.amount_minor:
            case value if value == SILENT_MINOR:
                return Answer(PaymentState.UNKNOWN)
            case value if value in {LATE_REFUSED_MINOR, REFUSED_MINOR}:
                return Answer(PaymentState.REFUSED)
            case _:
                return Answer(PaymentState.ACCEPTED, f"LWP-{payment.id[-8:].upper()}")


ADAPTERS: dict[Adapter, BillerAdapter] = {Adapter.DEMO: DemoBiller()}
