"""Refusals of settlement.  Each slug has a heading in docs/problems/settlement.md."""

from host.core.errors import ConflictError, NotFoundError


class EarningNotFoundError(NotFoundError):
    """Nothing was earned under this name; a stranger's looks the same."""

    problem = "earning-not-found"
    title = "No such earning"


class RefundTooLargeError(ConflictError):
    """More is to go back than is left of what was paid."""

    problem = "refund-too-large"
    title = "More than is left"


class MerchantShortError(ConflictError):
    """The merchant has too little, and nobody else's money is taken for it."""

    problem = "merchant-short"
    title = "The shop has too little"
