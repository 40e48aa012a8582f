"""Refusals in WeChat Pay's words."""

from host.core.errors import (
    AppError,
    BadInputError,
    ForbiddenError,
    NotFoundError,
    TooManyError,
    UnavailableError,
)
from host.payments import errors
from host.settlement import errors as settlement

# The first that fits counts.
_CODES: tuple[tuple[type[AppError], str, int], ...] = (
    (errors.PaymentKeyRefusedError, "SIGN_ERROR", 401),
    (errors.PaymentNotFoundError, "ORDER_NOT_EXIST", 404),
    (errors.PaymentRefundNotFoundError, "RESOURCE_NOT_EXISTS", 404),
    (errors.TradeNumberUsedError, "OUT_TRADE_NO_USED", 403),
    (errors.PaymentExpiredError, "ORDER_CLOSED", 400),
    (errors.PaymentStateError, "ORDERPAID", 400),
    (settlement.MerchantShortError, "NOT_ENOUGH", 403),
    (settlement.RefundTooLargeError, "INVALID_REQUEST", 400),
    (errors.RefundTooLateError, "INVALID_REQUEST", 400),
    (errors.TooManyRefundsError, "INVALID_REQUEST", 400),
    (TooManyError, "FREQUENCY_LIMITED", 429),
    (UnavailableError, "SYSTEM_ERROR", 500),
    (ForbiddenError, "NO_AUTH", 403),
    (NotFoundError, "RESOURCE_NOT_EXISTS", 404),
    (BadInputError, "PARAM_ERROR", 400),
)


def code_of(error: AppError) -> tuple[str, int]:
    """Return the code and the status that a refusal has there."""
    for kind, code, status in _CODES:
        if isinstance(error, kind):
            return code, status
    return "INVALID_REQUEST", 400
