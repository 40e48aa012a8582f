"""Orders of merchants' servers, their refunds, keys and notices: plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from host.core.money import Currency, Money

# An order that nobody paid ends by itself: as long as the merchant says, within these.
EXPIRY_MS_MIN = 60_000
EXPIRY_MS = 30 * 60_000
EXPIRY_MS_MAX = 7 * 24 * 3600 * 1000
# Money that is held and not captured by then is the payer's again.
HOLD_MS = 7 * 24 * 3600 * 1000
# As WeChat Pay has it: at most fifty refunds of one payment, within a year.
REFUND_COUNT_MAX = 50
REFUND_MS_MAX = 365 * 24 * 3600 * 1000
NUMBER_LENGTH_MAX = 64
DESCRIPTION_LENGTH_MAX = 127
REASON_LENGTH_MAX = 80
METADATA_LENGTH_MAX = 4000
URL_LENGTH_MAX = 256
KEYS_PER_BRAND_MAX = 20
LABEL_LENGTH_MAX = 60
ENDPOINTS_PER_MODE_MAX = 10
# Orders that are paid together.
BUNDLE_COUNT_MAX = 10
# Both keys, and both secrets of an endpoint, serve for this long after a rotation.
OVERLAP_MS = 24 * 3600 * 1000
# A signed call of a mini-program may be this old, and this early.
SIGNATURE_MS_MAX = 5 * 60_000
REQUESTS_PER_MINUTE_MAX = 600
# Requests with a wrong key or none, from one address.
REFUSALS_PER_MINUTE_MAX = 60


class Mode(StrEnum):
    """Whether money moves."""

    LIVE = "live"
    TEST = "test"


class KeyRole(StrEnum):
    """What a key may do; each includes the next."""

    FULL = "full"
    # Everything but giving money back and changing endpoints.
    TAKE = "take"
    READ = "read"


class Style(StrEnum):
    """Which of the two interfaces an order was made by, and is told by."""

    LANE = "lane"
    V3 = "v3"


class Capture(StrEnum):
    """When the merchant gets what a person has paid."""

    AUTO = "auto"
    MANUAL = "manual"


class Status(StrEnum):
    """Where an order stands."""

    CREATED = "created"
    HELD = "held"
    PAID = "paid"
    CLOSED = "closed"


class CloseReason(StrEnum):
    """Why an order was closed."""

    MERCHANT = "merchant"
    EXPIRED = "expired"
    VOIDED = "voided"
    HOLD_EXPIRED = "hold_expired"


class RefundStatus(StrEnum):
    """Where a refund stands.  ``succeeded`` is said after the money has moved, never before."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class EventKind(StrEnum):
    """What a merchant's server is told."""

    HELD = "payment.held"
    PAID = "payment.paid"
    CLOSED = "payment.closed"
    REFUNDED = "refund.succeeded"
    REFUND_FAILED = "refund.failed"
    MANDATE_SIGNED = "mandate.signed"
    MANDATE_REVOKED = "mandate.revoked"


@dataclass(frozen=True, slots=True)
class Key:
    """A merchant's key, without its secret."""

    id: str
    brand_id: str
    mode: Mode
    role: KeyRole
    label: str
    public_key: str
    created_by: str
    created_at_ms: int
    used_at_ms: int | None = None
    expires_at_ms: int | None = None
    revoked_at_ms: int | None = None

    def is_open(self, *, now_ms: int) -> bool:
        """Tell whether it still serves."""
        is_over = self.expires_at_ms is not None and now_ms >= self.expires_at_ms
        return self.revoked_at_ms is None and not is_over


@dataclass(frozen=True, slots=True)
class Caller:
    """For whom a request of a merchant's server speaks: one brand, in one mode."""

    key_id: str
    brand_id: str
    mode: Mode
    role: KeyRole


@dataclass(frozen=True, slots=True)
class Order:
    """What a merchant's server asks to be paid."""

    id: str
    brand_id: str
    mode: Mode
    out_trade_no: str
    fingerprint: str
    key_id: str
    style: Style
    program_id: str
    openid: str
    description: str
    metadata: Mapping[str, str]
    notify_url: str
    capture: Capture
    money: Money
    created_at_ms: int
    expires_at_ms: int
    status: Status = Status.CREATED
    close_reason: str = ""
    payer_id: str | None = None
    fee_bps: int = 0
    captured_minor: int = 0
    fee_minor: int = 0
    refunded_minor: int = 0
    fee_refunded_minor: int = 0
    refund_count: int = 0
    paid_at_ms: int | None = None
    hold_ends_at_ms: int | None = None
    late_at_ms: int | None = None
    captured_at_ms: int | None = None
    closed_at_ms: int | None = None

    @property
    def currency(self) -> Currency:
        """The currency of every amount in it."""
        return self.money.currency

    @property
    def is_live(self) -> bool:
        """Tell whether money moves."""
        return self.mode is Mode.LIVE

    @property
    def left_minor(self) -> int:
        """What may still be given back."""
        return self.captured_minor - self.refunded_minor


@dataclass(frozen=True, slots=True)
class Refund:
    """Money back to a payer."""

    id: str
    order_id: str
    brand_id: str
    mode: Mode
    out_refund_no: str
    fingerprint: str
    money: Money
    fee_refunded_minor: int
    reason: str
    status: RefundStatus
    created_by: str
    created_at_ms: int
    due_at_ms: int | None = None
    ended_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a merchant's server hears what happened."""

    id: str
    brand_id: str
    mode: Mode
    url: str
    scope: str
    secret_number: int
    old_secret_until_ms: int
    created_at_ms: int


@dataclass(frozen=True, slots=True)
class Notice:
    """What happened, as the merchant is told it."""

    id: str
    brand_id: str
    mode: Mode
    # One of the two is None: it is about an order, or about a mandate.
    order_id: str | None
    kind: EventKind
    body: str
    created_at_ms: int
    mandate_id: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notice on its way to one endpoint."""

    id: str
    notice_id: str
    endpoint_id: str
    status: str
    attempt_count: int
    left_over_count: int
    next_attempt_at_ms: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to tell a merchant's server."""

    delivery_id: str
    at_ms: int
    took_ms: int
    http_status: int
    outcome: str


@dataclass(frozen=True, slots=True)
class AuditLine:
    """What was done in a merchant's name."""

    actor: str
    act: str
    subject: str
    at_ms: int
