"""What payments refuses."""

from host.core.errors import (
    AppError,
    BadInputError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
)


class PaymentKeyRefusedError(AppError):
    """The key is unknown, revoked, rotated out, or was sent wrongly."""

    status = 401
    problem = "payment-key-refused"
    title = "Key refused"


class PaymentKeyRoleError(ForbiddenError):
    """The key is good, and not for this."""

    problem = "payment-key-role"
    title = "This key may not do that"


class PaymentNotFoundError(NotFoundError):
    """There is no such payment of this merchant, or it belongs to another."""

    problem = "payment-not-found"
    title = "No such payment"


class PaymentRefundNotFoundError(NotFoundError):
    """There is no such refund of this merchant."""

    problem = "payment-refund-not-found"
    title = "No such refund"


class PaymentNoticeNotFoundError(NotFoundError):
    """There is no such event or endpoint of this merchant."""

    problem = "payment-notice-not-found"
    title = "No such event"


class TradeNumberUsedError(ConflictError):
    """The merchant's number belongs to another order or refund, for ever."""

    problem = "trade-number-used"
    title = "This number was used before"
    retry = "new_key"


class PaymentExpiredError(ConflictError):
    """The order was not paid in time, or was closed."""

    problem = "payment-expired"
    title = "This payment is over"
    retry = "new_key"


class PaymentStateError(ConflictError):
    """What was asked for does not fit the state of the payment."""

    problem = "payment-state"
    title = "Not in this state"


class PaymentDeclinedError(ConflictError):
    """A test payment was declined, as its amount asked for."""

    problem = "payment-declined"
    title = "Declined"
    retry = "new_key"


class PaymentPendingError(AppError):
    """It is not known yet whether the payment will come."""

    status = 503
    problem = "payment-pending"
    title = "Not known yet"
    retry = "query"


class PaymentElsewhereError(NotFoundError):
    """The order can be paid in one mini-program, or by one person, only."""

    status = 403
    problem = "payment-elsewhere"
    title = "Not to be paid here"


class PaymentSignatureError(BadInputError):
    """The signature of the call is wrong, too old, or was used before."""

    status = 403
    problem = "payment-signature"
    title = "Signature refused"
    retry = "new_key"


class CaptureTooLargeError(BadInputError):
    """More was to be captured than is held."""

    problem = "capture-too-large"
    title = "More than is held"


class RefundTooLateError(ConflictError):
    """The payment is more than a year old."""

    problem = "refund-too-late"
    title = "Too late to refund"
    retry = "never"


class TooManyRefundsError(ConflictError):
    """The payment has as many refunds as it may."""

    problem = "too-many-refunds"
    title = "Too many refunds"
    retry = "never"


class NoticeUrlRefusedError(BadInputError):
    """Notices cannot be sent to this address."""

    problem = "notice-url-refused"
    title = "Notices cannot go there"


class TooManyEndpointsError(ConflictError):
    """The merchant has as many endpoints as one may."""

    problem = "too-many-endpoints"
    title = "Too many endpoints"
    retry = "new_key"


class MandateNotFoundError(NotFoundError):
    """There is no such mandate of this merchant, or of this person."""

    problem = "mandate-not-found"
    title = "No such mandate"


class MandateOverError(ConflictError):
    """The mandate was not signed in time, was revoked, or has ended."""

    problem = "mandate-over"
    title = "This mandate is over"
    retry = "never"


class DebitTooLargeError(BadInputError):
    """The debit is larger than any may be under its mandate."""

    problem = "debit-too-large"
    title = "Above the mandate"


class MandateUsedUpError(ConflictError):
    """What the mandate allows in this period is used up."""

    problem = "mandate-used-up"
    title = "Used up for this period"
    retry = "same_key"


class PayerShortError(ConflictError):
    """The payer of a debit has not enough."""

    problem = "payer-short"
    title = "The payer has not enough"
    retry = "same_key"


class DebitRefusedError(ForbiddenError):
    """The payer's wallet does not let the debit through; why is the payer's business."""

    problem = "debit-refused"
    title = "Debit refused"
    retry = "new_key"
