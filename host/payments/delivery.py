"""Sends notices: each attempt is taken in one transaction, made, and noted in another.

A merchant's server that hangs, answers with gigabytes or leads elsewhere costs its own notices
time and nobody else's: an attempt has a clock and a size, redirects are answers, and one endpoint
has few attempts on their way at once.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from time import monotonic

from standardwebhooks.webhooks import Webhook

from host.core.deps import Deps
from host.core.egress import Request, egress_of
from host.payments.facade import envelope
from host.payments.model import Attempt, Style
from host.payments.service import notices
from host.payments.service.notices import TOPIC, Sending
from runtime.model import CallRefusedError

logger = logging.getLogger(__name__)

POLL_S = 1.0
IN_FLIGHT_MAX = 32
ENDPOINT_IN_FLIGHT_MAX = 4
_OK = range(200, 300)


async def run_relay(deps: Deps) -> None:
    """Send what is due, until cancelled."""
    wake, busy = asyncio.Event(), Counter[str]()
    under_way: set[str] = set()
    deps.db.listen(TOPIC, lambda _: wake.set())

    async def send(delivery_id: str, endpoint_id: str) -> None:
        try:
            await attempt(deps, delivery_id)
        except Exception:
            # The lease runs out and it is sent again; the others go on.
            logger.exception("notice %s was not sent", delivery_id)
        finally:
            busy[endpoint_id] -= 1
            under_way.discard(delivery_id)
            wake.set()

    async with asyncio.TaskGroup() as group:
        while True:
            due = await deps.db.read(
                notices.find_due, now_ms=deps.now_ms(), limit=4 * IN_FLIGHT_MAX
            )
            wake.clear()
            for each in due:
                is_full = len(under_way) >= IN_FLIGHT_MAX
                is_busy = busy[each.endpoint_id] >= ENDPOINT_IN_FLIGHT_MAX
                if is_full or is_busy or each.id in under_way:
                    continue
                under_way.add(each.id)
                busy[each.endpoint_id] += 1
                group.create_task(send(each.id, each.endpoint_id))
            try:
                async with asyncio.timeout(POLL_S):
                    await wake.wait()
            except TimeoutError:
                continue


async def attempt(deps: Deps, delivery_id: str) -> bool:
    """Make one attempt; False when it was not taken by the other side, or not due."""
    sending = await deps.db.write(
        notices.begin_attempt,
        delivery_id,
        secret_key=deps.settings.secret_key,
        may_loop=deps.settings.may_notify_loopback,
        now_ms=deps.now_ms(),
    )
    if sending is None:
        return False
    started = monotonic()
    status, outcome = await _ask(deps, sending)
    made = Attempt(
        delivery_id, deps.now_ms(), round((monotonic() - started) * 1000), status, outcome
    )
    is_taken = status in _OK
    await deps.db.write(notices.end_attempt, made, is_taken=is_taken, now_ms=deps.now_ms())
    return is_taken


async def _ask(deps: Deps, sending: Sending) -> tuple[int, str]:
    """Send the notice and return the status, 0 for none, and what to write in the log."""
    headers, body = sign(deps, sending)
    target = sending.target
    asked = Request("POST", target, headers, body, sending.endpoint.id, "notice")
    try:
        answer = await egress_of(deps).send(asked)
    except CallRefusedError as error:
        return 0, error.message or error.code
    return answer.status, "taken" if answer.status in _OK else "refused"


def sign(deps: Deps, sending: Sending) -> tuple[Mapping[str, str], bytes]:
    """Return the headers and the body of an attempt, signed as of now."""
    if sending.style is Style.V3:
        return envelope.seal_notice(deps, sending)
    notice, now_s = sending.notice, deps.now_ms() // 1000
    moment = datetime.fromtimestamp(now_s, UTC)
    signed = [Webhook(each).sign(notice.id, moment, notice.body) for each in sending.secrets]
    headers = {
        "Content-Type": "application/json",
        "webhook-id": notice.id,
        "webhook-timestamp": str(now_s),
        # One for each secret that serves: a receiver takes the notice when it knows either.
        "webhook-signature": " ".join(signed),
    }
    return headers, notice.body.encode()
