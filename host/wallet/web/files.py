"""Statement and receipt as files."""

import asyncio

from quart import Blueprint, Response
from quart.typing import ResponseReturnValue

from host.core.limits import check_rate
from host.core.web import current_lang, current_person_id, deps
from host.wallet.errors import TransferNotFoundError
from host.wallet.pdf_file import write_receipt_pdf, write_statement_pdf
from host.wallet.service import statement, views
from host.wallet.web.home import asked_currency, asked_month, order_cards

blueprint = Blueprint("files", __name__)

# A long month takes a tenth of a second of a processor to draw.
FILES_PER_MINUTE_MAX = 20


@blueprint.get("/wallet/statement.pdf")
async def get_statement_pdf() -> ResponseReturnValue:
    """Give a month of one currency as PDF."""
    person_id = current_person_id()
    await _count(person_id)
    year, month = asked_month()
    file = await deps().db.read(
        statement.read_month_file,
        person_id,
        asked_currency() or views.choose_currency([]),
        year=year,
        month=month,
        order_cards=order_cards(),
    )
    content = await asyncio.to_thread(write_statement_pdf, file, current_lang())
    return _pdf(content, f"statement-{year}-{month:02}-{file.currency}.pdf")


@blueprint.get("/wallet/transfers/<transfer_id>/receipt.pdf")
async def get_receipt_pdf(transfer_id: str) -> ResponseReturnValue:
    """Give the receipt of one's own side of a transfer."""
    person_id = current_person_id()
    view = await deps().db.read(
        views.access_transfer, transfer_id, actor_id=person_id, order_cards=order_cards()
    )
    if view.shown is None:
        raise TransferNotFoundError("You have no transfer with this id.")
    await _count(person_id)
    content = await asyncio.to_thread(write_receipt_pdf, view.shown, current_lang())
    return _pdf(content, f"receipt-{transfer_id[:8]}.pdf")


async def _count(person_id: str) -> None:
    key = f"wallet.files:{person_id}"
    await deps().db.write(check_rate, key, per_minute=FILES_PER_MINUTE_MAX, now_ms=deps().now_ms())


def _pdf(content: bytes, name: str) -> Response:
    response = Response(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
