"""The shapes of mandates: what is taken and what is answered."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from host.core.money import parse_currency
from host.payments.mandate_model import DEBITS_PER_PERIOD_MAX, Mandate, Period, Terms
from host.payments.model import DESCRIPTION_LENGTH_MAX
from host.payments.schemas import (
    Amount,
    AtMs,
    CurrencyCode,
    MandateShape,
    Metadata,
    Number,
    Text,
)


class NewMandate(Struct, forbid_unknown_fields=True):
    """Leave to debit, to be signed by a person."""

    out_mandate_no: Number
    description: Text
    currency: CurrencyCode
    # The largest single debit.
    debit_max_minor: Amount
    # Weeks begin on Monday, months on the first, at midnight UTC.
    period: Literal["week", "month"]
    period_max_minor: Amount
    period_count_max: Annotated[int, Meta(ge=1, le=DEBITS_PER_PERIOD_MAX)]
    # From then on nothing is debited; never, when it is not said.
    ends_at_ms: AtMs | None = None

    def terms(self) -> Terms:
        """Return what is signed."""
        return Terms(
            self.description,
            parse_currency(self.currency),
            self.debit_max_minor,
            Period(self.period),
            self.period_max_minor,
            self.period_count_max,
            self.ends_at_ms,
        )


class NewDebit(Struct, forbid_unknown_fields=True):
    """What to take under a mandate.  The number is that of the order which it makes."""

    out_trade_no: Number
    amount_minor: Amount
    # The mandate's own, when it is not said.
    description: Annotated[str, Meta(max_length=DESCRIPTION_LENGTH_MAX)] = ""
    metadata: Metadata = msgspec.field(default_factory=dict)


def shape_mandate(mandate: Mandate, *, now_ms: int) -> MandateShape:
    """Return a mandate as the API shows it."""
    terms, use = mandate.terms, mandate.use_at(now_ms)
    return MandateShape(
        id=mandate.id,
        mode=mandate.mode.value,
        out_mandate_no=mandate.out_mandate_no,
        status=mandate.state(now_ms=now_ms),  # type: ignore[arg-type]
        revoked_by=mandate.revoked_by,  # type: ignore[arg-type]
        description=terms.description,
        currency=terms.currency,
        debit_max_minor=terms.debit_max_minor,
        period=terms.period.value,
        period_max_minor=terms.period_max_minor,
        period_count_max=terms.period_count_max,
        used_minor=use.minor,
        used_count=use.count,
        sign_path=f"/pay/mandates/{mandate.id}",
        created_at_ms=mandate.created_at_ms,
        expires_at_ms=mandate.expires_at_ms,
        ends_at_ms=terms.ends_at_ms,
        signed_at_ms=mandate.signed_at_ms,
        revoked_at_ms=mandate.revoked_at_ms,
    )
