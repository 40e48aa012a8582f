"""Paying what somebody asked for: judged, confirmed, and judged again when the money moves."""

from host.core.errors import ConflictError
from host.wallet.authority import Gate, Proof
from host.wallet.request_model import MoneyRequest, ShareStatus
from host.wallet.service import entry, requests


async def pay_share(
    gate: Gate, request_id: str, proof: Proof, *, payer_id: str, amount_minor: int, now_ms: int
) -> MoneyRequest:
    """Pay one's share; ``amount_minor`` is what the payer saw."""
    request = await gate.db.read(requests.access_request, request_id, actor_id=payer_id)
    intent = requests.pay_intent(request, payer_id)
    share = request.share_of(payer_id)
    if share is not None and share.status is ShareStatus.PAID:
        return request
    requests.check_payable(request, payer_id, now_ms=now_ms)
    if intent.money.amount_minor != amount_minor:
        raise ConflictError("The amount is another one now. Look again, then pay.")
    confirmation_id = await entry.authorise(gate, intent, proof, now_ms=now_ms)
    return await gate.db.write(
        requests.pay_share,
        request_id,
        payer_id=payer_id,
        confirmation_id=confirmation_id,
        now_ms=now_ms,
    )
