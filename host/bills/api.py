"""JSON of bills: a biller's server sends and changes them, asks for payments and answers.

``/billers/<handle>`` speaks for the brand (server key, or one of its people); ``/bills`` for the
caller.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta
from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.bills import service
from host.bills.model import Answer, Bill, BillPush, Payment, PaymentState
from host.bills.service import entry
from host.bills.web import desk
from host.brands.edge import acting_for
from host.core.idempotency import read_key
from host.core.web import current_person_id, deps
from host.wallet.edge import SIGNED_CHARS_MAX, decode_once, read_money, read_proof

blueprint = Blueprint("bills_api", __name__, url_prefix="/api/v1")

_LINE = Annotated[str, Meta(max_length=1024)]
_TIME = Annotated[int, Meta(ge=0, le=10**15)]


class PutBill(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /billers/<handle>/bills/<bill_number>``."""

    account_number: _LINE
    title: _LINE
    amount_minor: int
    currency: str
    due_at_ms: _TIME


class PutAnswer(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /billers/<handle>/payments/<payment_id>``."""

    is_accepted: bool
    reference: Annotated[str, Meta(max_length=100)] = ""


class PutBillPayment(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``PUT /bills/<bill_id>/payments/<key>``: what the caller saw, and a proof."""

    version: Annotated[int, Meta(ge=1, le=10**15)]
    amount_minor: int
    pin: Annotated[str, Meta(max_length=64)] | None = None
    passkey: Annotated[str, Meta(max_length=SIGNED_CHARS_MAX)] | None = None


class PostAccount(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``POST /bills/accounts``."""

    biller: _LINE
    account_number: _LINE
    label: _LINE = ""


@blueprint.put("/billers/<handle>/bills/<bill_number>")
async def put_bill(handle: str, bill_number: str) -> ResponseReturnValue:
    """Send a bill or change it; the same again changes nothing."""
    brand, actor_id = await acting_for(handle)
    body = decode_once(PutBill, await request.get_data())
    push = BillPush(
        bill_number,
        body.account_number,
        body.title,
        read_money(body.amount_minor, body.currency),
        body.due_at_ms,
    )
    bill = await deps().db.write(
        service.push_bill, brand.id, actor_id=actor_id, push=push, now_ms=deps().now_ms()
    )
    return _format_bill(bill)


@blueprint.delete("/billers/<handle>/bills/<bill_number>")
async def delete_bill(handle: str, bill_number: str) -> ResponseReturnValue:
    """Take a bill back that nobody has paid."""
    brand, actor_id = await acting_for(handle)
    bill = await deps().db.write(
        service.take_back_bill,
        brand.id,
        actor_id=actor_id,
        bill_number=bill_number,
        now_ms=deps().now_ms(),
    )
    return _format_bill(bill)


@blueprint.get("/billers/<handle>/payments")
async def get_payments(handle: str) -> ResponseReturnValue:
    """Return the payments that wait for the biller's answer, oldest first."""
    brand, actor_id = await acting_for(handle)
    waiting = await deps().db.read(service.find_waiting_payments, brand.id, actor_id=actor_id)
    return {
        "payments": [
            {**_format_payment(payment), "bill_number": bill.bill_number,
             "account_number": bill.account_number}
            for payment, bill in waiting
        ]
    }  # fmt: skip


@blueprint.put("/billers/<handle>/payments/<payment_id>")
async def put_answer(handle: str, payment_id: str) -> ResponseReturnValue:
    """Say that a payment was booked, or that it cannot be; the same again changes nothing."""
    brand, _ = await acting_for(handle)
    body = decode_once(PutAnswer, await request.get_data())
    state = PaymentState.ACCEPTED if body.is_accepted else PaymentState.REFUSED
    payment = await deps().db.write(
        service.record_answer,
        payment_id,
        Answer(state, body.reference),
        brand_id=brand.id,
        now_ms=deps().now_ms(),
    )
    return _format_payment(payment)


@blueprint.get("/bills")
async def get_bills() -> ResponseReturnValue:
    """Return the caller's bills as they are now."""
    home = await deps().db.read(service.read_home, current_person_id())
    return {"bills": [_format_bill(shown.bill) for shown in (*home.due, *home.done)]}


@blueprint.post("/bills/accounts")
async def post_account() -> ResponseReturnValue:
    """Add a number of a biller's; adding it again changes nothing."""
    body = decode_once(PostAccount, await request.get_data())
    account = await entry.link_number(
        deps().db,
        current_person_id(),
        handle=body.biller,
        account_number=body.account_number,
        label=body.label,
        now_ms=deps().now_ms(),
    )
    return {"account_id": account.id}, 201


@blueprint.put("/bills/<bill_id>/payments/<key>")
async def put_bill_payment(bill_id: str, key: str) -> ResponseReturnValue:
    """Pay a bill as it was read.  Safe to retry; a bill has one payment, whatever the keys."""
    person_id = current_person_id()
    body = decode_once(PutBillPayment, await request.get_data())
    payment = await entry.settle_bill(
        desk(),
        bill_id,
        key=read_key(key),
        actor_id=person_id,
        version=body.version,
        shown_minor=body.amount_minor,
        proof=read_proof(body.pin, body.passkey),
    )
    return _format_payment(payment)


@blueprint.get("/bills/payments/<payment_id>")
async def get_payment(payment_id: str) -> ResponseReturnValue:
    """Return what became of a payment of the caller's."""
    payment, _ = await deps().db.read(
        service.access_payment, payment_id, actor_id=current_person_id()
    )
    return _format_payment(payment)


def _format_bill(bill: Bill) -> dict[str, Any]:
    return {
        "bill_id": bill.id,
        "bill_number": bill.bill_number,
        "account_number": bill.account_number,
        "title": bill.title,
        "amount_minor": bill.money.amount_minor,
        "currency": bill.money.currency,
        "due_at_ms": bill.due_at_ms,
        "version": bill.version,
        "status": bill.status,
    }


def _format_payment(payment: Payment) -> dict[str, Any]:
    return {
        "payment_id": payment.id,
        "bill_id": payment.bill_id,
        "state": payment.state,
        "reference": payment.reference,
        "amount_minor": payment.money.amount_minor,
        "currency": payment.money.currency,
        "made_at_ms": payment.made_at_ms,
    }
