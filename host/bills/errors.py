"""What the bills domain refuses."""

from host.core.errors import BadInputError, ConflictError, ForbiddenError, NotFoundError


class BillerNotFoundError(NotFoundError):
    """No brand at this address sends bills."""

    problem = "biller-not-found"
    title = "No such biller"


class NotABillerError(ForbiddenError):
    """The brand may not send bills: no admin has made it a biller."""

    problem = "not-a-biller"
    title = "This brand sends no bills"


class BillNotFoundError(NotFoundError):
    """There is no such bill, or it is under no number of this person's."""

    problem = "bill-not-found"
    title = "No such bill"


class BillChangedError(ConflictError):
    """The biller has changed the bill since it was looked at.  Nothing was charged."""

    problem = "bill-changed"
    title = "The bill has changed"
    retry = "new_key"


class BillEndedError(ConflictError):
    """The bill was paid or taken back."""

    problem = "bill-ended"
    title = "This bill is over"


class PaymentAnsweredError(ConflictError):
    """The biller has given another answer before."""

    problem = "payment-answered"
    title = "Answered before"


class AccountRefusedError(BadInputError):
    """No bills come under this number, or one has too many numbers already."""

    problem = "bill-account-refused"
    title = "This number cannot be added"
