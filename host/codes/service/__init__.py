"""The use cases of paying by code.  Other domains import this package and nothing below it."""

from host.codes.model import Charge, OpenedLink, PayCode, Payee, ShownCharge
from host.codes.service.charges import (
    access_charge,
    access_till_charge,
    begin_look,
    charge_code,
    charge_intent,
    decline_charge,
    expire_charges,
    find_till,
    find_waiting,
    pay_charge,
)
from host.codes.service.links import (
    access_link,
    access_sale_link,
    ask_amount,
    check_link,
    find_lasting_link,
    link_intent,
    make_sale_link,
    open_person_link,
    open_shop_link,
    pay_link,
    reset_person_link,
    reset_shop_link,
)
from host.codes.service.pay_codes import forget_pay_codes, make_pay_code
from host.core.db import Tx

__all__ = [
    "Charge",
    "OpenedLink",
    "PayCode",
    "Payee",
    "ShownCharge",
    "access_charge",
    "access_link",
    "access_sale_link",
    "access_till_charge",
    "ask_amount",
    "begin_look",
    "charge_code",
    "charge_intent",
    "check_link",
    "decline_charge",
    "find_lasting_link",
    "find_till",
    "find_waiting",
    "link_intent",
    "make_pay_code",
    "make_sale_link",
    "open_person_link",
    "open_shop_link",
    "pay_charge",
    "pay_link",
    "reset_person_link",
    "reset_shop_link",
    "sweep",
]


def sweep(tx: Tx, *, now_ms: int) -> int:
    """Do what has become due."""
    return expire_charges(tx, now_ms=now_ms) + forget_pay_codes(tx, now_ms=now_ms)
