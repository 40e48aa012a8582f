"""Refusals of the brands domain."""

from host.core.errors import ConflictError, NotFoundError


class BrandNotFoundError(NotFoundError):
    """There is no such brand, or the person may not act for it."""

    problem = "brand-not-found"
    title = "Brand not found"


class BrandHandleTakenError(ConflictError):
    """The handle, or one that looks like it, belongs to another brand."""

    problem = "brand-handle-taken"
    title = "Handle taken"


class TooManyBrandsError(ConflictError):
    """The person owns as many brands as one may."""

    problem = "too-many-brands"
    title = "Too many brands"


class TooManyKeysError(ConflictError):
    """The brand has as many open keys as it may."""

    problem = "too-many-keys"
    title = "Too many keys"


class KeyNotFoundError(NotFoundError):
    """The brand has no such key."""

    problem = "key-not-found"
    title = "Key not found"


class MemberRefusedError(ConflictError):
    """This change would leave the brand without an owner."""

    problem = "member-refused"
    title = "The owner stays"
