"""Refusals of the market.  Each slug has a heading in docs/problems/market.md."""

from host.core.errors import BadInputError, ConflictError, NotFoundError


class ProductNotFoundError(NotFoundError):
    """No product with this id can be seen by this person."""

    problem = "product-not-found"
    title = "No such product"


class OrderNotFoundError(NotFoundError):
    """No order with this id belongs to this person; a stranger's looks the same."""

    problem = "order-not-found"
    title = "No such order"


class AddressNotFoundError(NotFoundError):
    """No address with this id belongs to this person."""

    problem = "address-not-found"
    title = "No such address"


class OrderRefusedError(BadInputError):
    """What was asked for cannot become an order."""

    problem = "order-refused"
    title = "Not an order"


class SkuTakenError(ConflictError):
    """The shop already has a product with this SKU."""

    problem = "sku-taken"
    title = "SKU already used"


class OutOfStockError(ConflictError):
    """Less is left than was asked for."""

    problem = "out-of-stock"
    title = "Not enough left"


class NotOnSaleError(ConflictError):
    """The shop has paused this product."""

    problem = "not-on-sale"
    title = "Not on sale"


class PriceChangedError(ConflictError):
    """The price is not the one that was shown."""

    problem = "price-changed"
    title = "The price changed"


class AmountChangedError(ConflictError):
    """The amount that was shown is not the amount of the order."""

    problem = "amount-changed"
    title = "The amount is different"


class AddressNeededError(BadInputError):
    """A parcel needs an address."""

    problem = "address-needed"
    title = "Where to?"


class OrderStateError(ConflictError):
    """The order is at a point where this cannot be done."""

    problem = "order-state"
    title = "Not possible now"


class OrderExpiredError(ConflictError):
    """The order was not paid in time, or was cancelled."""

    problem = "order-expired"
    title = "The order has ended"


class PickupCodeError(ConflictError):
    """The code is not the one of this order."""

    problem = "pickup-code-wrong"
    title = "Wrong code"


class PartTooLargeError(ConflictError):
    """More is to go back than is left of the line or the order."""

    problem = "part-too-large"
    title = "More than is left"


class DisputeNotFoundError(NotFoundError):
    """No dispute with this id, or none that runs about this order."""

    problem = "dispute-not-found"
    title = "No such dispute"


class DisputeEndedError(ConflictError):
    """The dispute has ended, in another way."""

    problem = "dispute-ended"
    title = "The dispute has ended"
