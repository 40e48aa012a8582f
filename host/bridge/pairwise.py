"""The names that a person has for others: one per mini-program, one per merchant.

They follow from the host's secret key, so nobody can compare two of them or find the person.
"""

import hashlib
import hmac


def openid(secret_key: str, program_id: str, person_id: str) -> str:
    """Return the person's id for one program alone."""
    return _name(secret_key, "openid", program_id, person_id)


def unionid(secret_key: str, brand_id: str, person_id: str) -> str:
    """Return the person's id for all programs of one merchant."""
    return _name(secret_key, "unionid", brand_id, person_id)


def contact_id(secret_key: str, program_id: str, person_id: str, contact: str) -> str:
    """Return the id of a person's contact for one program.

    It is not the contact's own ``openid``: a third person's choice must not tell a program who of
    its visitors knows whom.
    """
    return _name(secret_key, "contact", program_id, person_id, contact)


def _name(secret_key: str, *parts: str) -> str:
    return hmac.digest(secret_key.encode(), ":".join(parts).encode(), hashlib.sha256).hex()[:32]
