"""Pages of money in chats: red packets, from filling to looking into, and bills to split."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from host.chat import money_entry, service
from host.chat.service import PacketAsk, PacketView, SplitAsk
from host.core.errors import BadInputError
from host.core.idempotency import read_key
from host.core.ids import derived_id, new_id
from host.core.money import CURRENCIES, parse_amount, parse_currency
from host.core.text import clean_line, whole_number
from host.core.web import current_person_id, deps, render, see_other
from host.wallet.edge import gate, needs_proof, read_proof, read_typed_money
from host.wallet.people_model import PacketKind
from host.wallet.service import views
from host.wallet.service.packets import GREETING_LENGTH_MAX, PACKET_SHARES_MAX
from host.wallet.service.payments import MEMO_LENGTH_MAX
from host.wallet.service.requests import REQUEST_SHARES_MAX, equal_shares

blueprint = Blueprint("money", __name__)

Form = MultiDict[str, str]


@blueprint.get("/chats/<conversation_id>/red-packet")
async def show_packet_form(conversation_id: str) -> str:
    """Show the form that fills a red packet."""
    person_id = current_person_id()
    chat = await deps().db.read(
        service.show_conversation,
        conversation_id,
        actor_id=person_id,
        loaders=deps().card_loaders,
    )
    view = await deps().db.read(views.read_spend, person_id, currency=None)
    return await render(
        "chat/packet_send.html",
        tab="chats",
        chat=chat,
        view=view,
        greeting_length_max=GREETING_LENGTH_MAX,
        share_count_max=PACKET_SHARES_MAX,
    )


@blueprint.post("/chats/<conversation_id>/red-packet/confirm")
async def confirm_packet(conversation_id: str) -> ResponseReturnValue:
    """Show what will be put in, and ask for the PIN; nothing changes yet."""
    person_id = current_person_id()
    ask = _read_packet(conversation_id, await request.form)
    await deps().db.read(service.check_packet, ask, actor_id=person_id)
    view = await deps().db.read(views.read_spend, person_id, currency=ask.money.currency)
    if not view.has_pin:
        return see_other(f"/wallet/pin?next=/chats/{conversation_id}")
    key = new_id()
    return await render(
        "wallet/confirm.html",
        tab="chats",
        action=f"/chats/{conversation_id}/red-packet",
        back=f"/chats/{conversation_id}",
        money=ask.money,
        receiver=None,
        memo=ask.greeting,
        key=key,
        needs_proof=await needs_proof(money_entry.packet_intent(ask, key=key, actor_id=person_id)),
        packet={"kind": str(ask.kind), "share_count": ask.share_count, "greeting": ask.greeting},
    )


@blueprint.post("/chats/<conversation_id>/red-packet")
async def post_packet(conversation_id: str) -> ResponseReturnValue:
    """Send a red packet; the form's key makes a double tap one packet."""
    form = await request.form
    await money_entry.send_packet(
        gate(),
        _read_packet(conversation_id, form),
        read_proof(form.get("pin"), form.get("passkey")),
        key=read_key(form.get("key", "")),
        actor_id=current_person_id(),
        now_ms=deps().now_ms(),
    )
    return see_other(f"/chats/{conversation_id}#end")


@blueprint.get("/red-packets/<packet_id>")
async def show_packet(packet_id: str) -> str:
    """Show a red packet: sealed, or what was in it."""
    view = await deps().db.read(
        service.access_packet,
        packet_id,
        actor_id=current_person_id(),
        now_ms=deps().now_ms(),
    )
    return await _render_packet(view, is_fresh=False)


@blueprint.post("/red-packets/<packet_id>/open")
async def post_open(packet_id: str) -> str:
    """Open one's share; the page that answers shows the small theatre."""
    view = await deps().db.write(
        service.open_packet, packet_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return await _render_packet(view, is_fresh=True)


@blueprint.get("/chats/<conversation_id>/split")
async def show_split_form(conversation_id: str) -> str:
    """Show the form that splits a bill among the people of a group."""
    person_id = current_person_id()
    members = await deps().db.read(service.find_member_faces, conversation_id, actor_id=person_id)
    view = await deps().db.read(views.read_spend, person_id, currency=None)
    return await render(
        "chat/split.html",
        tab="chats",
        chat_id=conversation_id,
        faces=[face for member, face in members if member.person_id != person_id],
        view=view,
        currencies=CURRENCIES,
        key=new_id(),
        memo_length_max=MEMO_LENGTH_MAX,
    )


@blueprint.post("/chats/<conversation_id>/split")
async def post_split(conversation_id: str) -> ResponseReturnValue:
    """Ask the chosen people for their shares; the form's key makes a double tap one bill."""
    person_id, form = current_person_id(), await request.form
    await deps().db.write(
        service.split_bill,
        derived_id("wallet.split", person_id, read_key(form.get("key", ""))),
        _read_split(conversation_id, form),
        actor_id=person_id,
        now_ms=deps().now_ms(),
    )
    return see_other(f"/chats/{conversation_id}#end")


async def _render_packet(view: PacketView, *, is_fresh: bool) -> str:
    return await render("chat/packet.html", tab="chats", view=view, is_fresh=is_fresh)


def _read_packet(conversation_id: str, form: Form) -> PacketAsk:
    """Return what a form puts into a packet."""
    share_count = whole_number(form.get("share_count", "1"), digits_max=4)
    if share_count is None:
        raise BadInputError("%(name)s must be a whole number.", name="share_count")
    return PacketAsk(
        conversation_id,
        PacketKind.EQUAL if form.get("kind") == "equal" else PacketKind.LUCKY,
        read_typed_money(form.get("amount", ""), form.get("currency", "")),
        share_count,
        clean_line(form.get("greeting", ""), length_max=GREETING_LENGTH_MAX),
    )


def _read_split(conversation_id: str, form: Form) -> SplitAsk:
    """Return what a form asks for: equal parts of the bill, or an amount beside each name."""
    currency = parse_currency(form.get("currency", ""))
    people = form.getlist("person")[:REQUEST_SHARES_MAX]
    if form.get("how") == "custom":
        typed = {person_id: form.get(f"share-{person_id}", "") for person_id in people}
        shares = {one: parse_amount(text, currency) for one, text in typed.items() if text.strip()}
    else:
        shares = equal_shares(
            parse_amount(form.get("amount", ""), currency),
            people,
            with_requester=form.get("with_me") == "1",
        )
    return SplitAsk(conversation_id, currency, shares, form.get("memo", ""))
