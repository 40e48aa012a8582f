"""What the wallet refuses."""

from host.core.errors import BadInputError, ConflictError, ForbiddenError, NotFoundError


class InsufficientFundsError(ConflictError):
    """The debit would take a balance below zero."""

    problem = "insufficient-funds"
    title = "Insufficient funds"
    retry = "new_key"


class AmountTooLargeError(BadInputError):
    """The amount is above the documented maximum of one transfer."""

    problem = "amount-too-large"
    title = "Amount too large"


class CurrencyMismatchError(BadInputError):
    """Money of one currency was sent to an account of another."""

    problem = "currency-mismatch"
    title = "Currencies differ"


class SameAccountError(BadInputError):
    """Both sides of the transfer are one account."""

    problem = "same-account"
    title = "Same account"


class QuoteNotFoundError(NotFoundError):
    """There is no such offer to exchange, or it was made to somebody else."""

    problem = "quote-not-found"
    title = "No such offer"


class QuoteExpiredError(ConflictError):
    """An offer to exchange holds for a minute."""

    problem = "quote-expired"
    title = "The offer is over"
    retry = "new_key"


class AccountNotFoundError(NotFoundError):
    """There is no such account, or it belongs to somebody else."""

    problem = "account-not-found"
    title = "No such account"


class TransferNotFoundError(NotFoundError):
    """There is no such transfer, or it belongs to somebody else."""

    problem = "transfer-not-found"
    title = "No such transfer"


class OfferEndedError(ConflictError):
    """Money that was sent has been taken, declined, cancelled or has gone back."""

    problem = "offer-ended"
    title = "Not waiting any more"
    retry = "query"


class PacketNotFoundError(NotFoundError):
    """There is no such red packet, or it was not sent to this person."""

    problem = "packet-not-found"
    title = "No such red packet"


class PacketRefusedError(BadInputError):
    """A red packet cannot be made like this: too much, too little, or too many shares."""

    problem = "packet-refused"
    title = "Not possible as a red packet"


class PacketEndedError(ConflictError):
    """Nothing is left in the red packet, or a day has passed."""

    problem = "packet-ended"
    title = "Nothing left in it"
    retry = "query"


class OwnPacketError(ForbiddenError):
    """A red packet to one other person is for them."""

    problem = "own-packet"
    title = "This one is for the other"


class RequestNotFoundError(NotFoundError):
    """Nobody asks this person for money under this id."""

    problem = "request-not-found"
    title = "No such request"


class RequestRefusedError(BadInputError):
    """Money cannot be asked for like this: nobody, too many, or shares that nobody could pay."""

    problem = "request-refused"
    title = "Cannot be asked for"


class RequestEndedError(ConflictError):
    """The money is not asked for any more."""

    problem = "request-ended"
    title = "Not asked for any more"
    retry = "query"


class HoldResolvedError(ConflictError):
    """The held money was already posted or voided."""

    problem = "hold-resolved"
    title = "Already resolved"


class HoldExceededError(ConflictError):
    """More was asked for than is held."""

    problem = "hold-exceeded"
    title = "More than is held"


class HoldExpiredError(ConflictError):
    """The hold ended by itself before it was posted."""

    problem = "hold-expired"
    title = "The hold is over"


class HoldNotExpiredError(ConflictError):
    """A hold was to be ended as expired before its time."""

    problem = "hold-not-expired"
    title = "The hold is not over yet"


class AccountClosedError(ConflictError):
    """The account was closed when it was empty, and takes no transfer any more."""

    problem = "account-closed"
    title = "Account closed"


class AccountFrozenError(ForbiddenError):
    """An admin has stopped money from leaving, or from coming in."""

    problem = "account-frozen"
    title = "Account frozen"
    retry = "new_key"


class FreezeStateError(ConflictError):
    """The wallet is frozen already, or is not, or its appeal was made."""

    problem = "freeze-state"
    title = "Not possible for this wallet now"


class AccountNotEmptyError(ConflictError):
    """The account still holds or awaits money, so it cannot be closed."""

    problem = "account-not-empty"
    title = "Account not empty"
    retry = "new_key"


class AlreadyReversedError(ConflictError):
    """The transfer was reversed before, or is itself something that cannot be reversed."""

    problem = "already-reversed"
    title = "Cannot be reversed"


class EscrowNotFoundError(NotFoundError):
    """No money is held for this order."""

    problem = "escrow-not-found"
    title = "Nothing is held for this order"


class EscrowEndedError(ConflictError):
    """The money of this order has already gone the other way."""

    problem = "escrow-ended"
    title = "The money of this order has moved on"


class NotAContactError(ForbiddenError):
    """Money goes to contacts only."""

    problem = "not-a-contact"
    title = "Not a contact"


class PinNotSetError(ConflictError):
    """The person has no payment PIN yet."""

    problem = "pin-not-set"
    title = "Set a payment PIN first"
    retry = "new_key"


class WrongPinError(ForbiddenError):
    """The PIN is wrong.  The attempt was counted."""

    problem = "wrong-pin"
    title = "Wrong PIN"
    retry = "new_key"


class PinLockedError(ForbiddenError):
    """Too many wrong attempts: the PIN is locked for a while."""

    problem = "pin-locked"
    title = "PIN locked"
    retry = "new_key"


class PinSpentError(ConflictError):
    """This confirmation was already used, or was never given."""

    problem = "pin-spent"
    title = "Confirm again"
    retry = "new_key"


class WeakPinError(BadInputError):
    """The PIN would be guessed at once."""

    problem = "weak-pin"
    title = "Choose another PIN"


class ProofNeededError(ForbiddenError):
    """The payment came without a PIN or a passkey, and needs one."""

    problem = "proof-needed"
    title = "Confirm this payment"
    retry = "same_key"


class LimitReachedError(ForbiddenError):
    """The payment is above what the payer's tier allows."""

    problem = "limit-reached"
    title = "Above your limit"
    retry = "new_key"


class ReceivingLimitError(ForbiddenError):
    """The wallet may not take so much; the sender keeps the money."""

    problem = "receiving-limit"
    title = "Above what this wallet may take"
    retry = "new_key"


class PaymentCheckedError(ForbiddenError):
    """Somebody has to look at this payment before it is made."""

    problem = "payment-being-checked"
    title = "Being checked"
    retry = "same_key"


class PaymentRefusedError(ForbiddenError):
    """A risk rule, or whoever looked, refused this payment."""

    problem = "payment-refused"
    title = "Payment refused"
    retry = "new_key"


class ReviewNotFoundError(NotFoundError):
    """No payment is, or was, checked under this id."""

    problem = "review-not-found"
    title = "No such check"


class ReviewEndedError(ConflictError):
    """The check has ended: it was decided, or its time was over."""

    problem = "review-ended"
    title = "This check has ended"


class PasskeyChallengeError(ForbiddenError):
    """The device is asked to sign: repeat the request with its answer."""

    problem = "passkey-challenge"
    title = "Confirm with your passkey"
    retry = "same_key"


class PasskeyRefusedError(ForbiddenError):
    """What the device signed does not fit: another payment, another site, an old challenge."""

    problem = "passkey-refused"
    title = "Passkey refused"
    retry = "same_key"


class PasskeyNotFoundError(NotFoundError):
    """There is no such passkey, or it belongs to somebody else."""

    problem = "passkey-not-found"
    title = "No such passkey"


class PasskeyLimitError(ConflictError):
    """A person has so many passkeys already."""

    problem = "passkey-limit"
    title = "Too many passkeys"


class BonusRefusedError(BadInputError):
    """A bonus has no reason or a wrong end, or its person has too many or cannot take one."""

    problem = "bonus-refused"
    title = "This bonus was not given"


class BonusShortError(ConflictError):
    """The account that a bonus comes from holds too little."""

    problem = "bonus-short"
    title = "Too little for this bonus"
    retry = "new_key"


class BonusChangedError(ConflictError):
    """Another part of an order would come from bonuses than the person saw."""

    problem = "bonus-changed"
    title = "Your bonus has changed"
    retry = "new_key"
