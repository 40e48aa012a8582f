"""Refusals of settlement.  Each slug has a heading in docs/problems/settlement.md."""

from host.core.errors import BadInputError, ConflictError, NotFoundError


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
    retry = "same_key"


class SplitNotFoundError(NotFoundError):
    """The brand has no part in a split with this id."""

    problem = "split-not-found"
    title = "No such split"


class SplitRefusedError(BadInputError):
    """What was asked for cannot become a split."""

    problem = "split-refused"
    title = "Not a split"


class SplitTooLargeError(ConflictError):
    """More is asked for than is left."""

    problem = "split-too-large"
    title = "More than is left"


class NoBankAccountError(ConflictError):
    """The brand has not said where its money goes."""

    problem = "no-bank-account"
    title = "Where to?"


class PayoutNotFoundError(NotFoundError):
    """The brand has no payout with this id."""

    problem = "payout-not-found"
    title = "No such payout"


class FileNotReadyError(ConflictError):
    """The day is not over yet."""

    problem = "file-not-ready"
    title = "The day is not over"
