"""Call-backs of rails and the operator's page, over HTTP; the commands on the same database."""

import asyncio
import io
import json
import re
from typing import Any

import pytest
from click.testing import CliRunner, Result
from quart import Quart
from werkzeug.datastructures import FileStorage

from host.core.deps import Deps
from host.identity import service as identity
from host.treasury import repository
from host.treasury.commands import treasury
from host.treasury.signing import callback_secret, sign
from tests.conftest import START_MS
from tests.treasury.office import TODAY
from tests.wallet.people import Person, balance, register

URL = "/api/v1/rails/sandbox/callbacks"
AMOUNT_MINOR = 66_604  # the sandbox never answers


async def call_back(
    app: Quart,
    deps: Deps,
    body: dict[str, Any] | bytes,
    *,
    message_id: str = "m1",
    at_s: int = START_MS // 1000,
    **changed: str,
) -> tuple[int, Any]:
    """Tell the host as the sandbox rail would."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": sign(
            callback_secret(deps.settings, "sandbox"), message_id, at_s, data
        ),
        "Content-Type": "application/json",
    }
    headers |= {name.replace("_", "-"): value for name, value in changed.items()}
    answer = await app.test_client().post(URL, data=data, headers=headers)
    return answer.status_code, (await answer.get_json(force=True))


@pytest.fixture
async def ann(app: Quart) -> Person:
    """Ann, who has nothing yet."""
    return await register(app, "ann")


async def ordered(ann: Person) -> dict[str, Any]:
    """Order a top-up of which the rail says nothing, and return what it may say later."""
    body = {"amount_minor": AMOUNT_MINOR, "currency": "CNY"}
    _, answer = await ann.put("/api/v1/wallet/top-ups/first-one", body)
    assert "unknown" == answer["state"], answer
    return {"order_id": answer["operation_id"], "state": "done", **body}


async def test_only_what_is_signed_and_fits_is_credited_and_once(
    app: Quart, deps: Deps, ann: Person
) -> None:
    """Wrong signature, amount, currency or order, a replay: one credit (AB-073)."""
    told = await ordered(ann)
    forged = [
        {"webhook_signature": "v1,AAAA"}, {"webhook_signature": ""}, {"webhook_id": "m2"},
        {"webhook_timestamp": str(START_MS // 1000 + 1)}, {"webhook_signature": "none"},
    ]  # fmt: skip
    assert {401} == {(await call_back(app, deps, told, **one))[0] for one in forged}
    assert 401 == (await call_back(app, deps, told, at_s=START_MS // 1000 - 301))[0]

    for number, wrong in enumerate(
        ({"amount_minor": 1}, {"currency": "USD"}, {"order_id": "nobody"})
    ):
        status, answer = await call_back(app, deps, told | wrong, message_id=f"w{number}")
        assert 200 == status
        assert answer["outcome"] in {"mismatch", "unknown"}
    assert (200, 0) == await balance(ann)
    found = await deps.db.read(repository.find_open_breaks)
    assert ["callback"] * 3 == [one.kind for one in found], "each is an alert for the operator"

    outcomes = [
        (await call_back(app, deps, told, message_id=message_id))[1]["outcome"]
        for message_id in ("m1", "m1", "m3")
    ]
    assert ["noted", "repeated", "noted"] == outcomes
    assert (200, AMOUNT_MINOR) == await balance(ann)
    assert 200 == (await call_back(app, deps, told | {"state": "returned"}, message_id="m4"))[0]
    assert (200, 0) == await balance(ann)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"\xff", b'{"order_id":"x"}', b'{"amount_minor":1e3}'],
)
async def test_a_signed_nonsense_is_refused(app: Quart, deps: Deps, body: bytes) -> None:
    """A body that is no call-back is a 422, whoever signed it."""
    assert 422 == (await call_back(app, deps, body))[0]


async def _in_thread(command: CliRunner, words: list[str]) -> Result:
    """Run a command beside the loop: it makes one of its own."""
    return await asyncio.to_thread(command.invoke, treasury, words)


def _file(text: str) -> FileStorage:
    return FileStorage(io.BytesIO(text.encode()), filename="statement.csv")


async def test_an_operator_reconciles_and_two_people_put_right(
    app: Quart, deps: Deps, ann: Person
) -> None:
    """From the sandbox's statement to the closed break, on the page and at the command line."""
    body = {"amount_minor": 5000, "currency": "CNY"}
    await ann.put("/api/v1/wallet/top-ups/second-one", body)
    grace, henry = await register(app, "grace"), await register(app, "henry")
    for admin in ("grace", "henry"):
        await deps.db.write(identity.make_admin, admin, now_ms=START_MS)
    await ann.get("/admin/treasury", 403)
    command = CliRunner(env={"HUTONG_DATA_DIR": str(deps.settings.data_dir), "HUTONG_DEMO": "0"})
    day = ["statement", "--day", TODAY, "--extra", "321"]
    statement = await _in_thread(command, day)

    answer = await grace.client.post(
        "/admin/treasury/statements",
        form={"csrf": grace.csrf},
        files={"file": _file(statement.output)},
    )
    assert 303 == answer.status_code, await answer.get_data(as_text=True)
    page = await grace.get("/admin/treasury")
    assert "The statement shows money that no order explains." in page
    assert "in balance" in page
    found = re.search(r'id="break-([^"]+)"', page)
    assert found is not None
    status, _ = await grace.post(
        "/admin/treasury/adjustments", key="proposal-1", break_id=found[1],
        debit="suspense:sandbox:CNY", credit="@ann", amount="3.21", currency="CNY",
        reason="Ann paid in without a number.",
    )  # fmt: skip
    assert 303 == status
    proposed = re.search(r'action="/admin/treasury/adjustments/([^"]+)"', await henry.get(
        "/admin/treasury"))  # fmt: skip
    assert proposed is not None
    path = f"/admin/treasury/adjustments/{proposed[1]}"
    assert 403 == (await grace.post(path, act="approve"))[0]
    assert 303 == (await henry.post(path, act="approve"))[0]

    assert (200, 5321) == await balance(ann)
    listed = await _in_thread(command, ["breaks"])
    assert (0, "0 open break(s).\n") == (listed.exit_code, listed.output)
    assert "Approved an adjustment" in await grace.get("/admin/audit")

    told = await _in_thread(command, ["tell", "nobody", "done", "--times", "2"])
    assert "unknown\nrepeated\n" == told.output
    _, order = await ann.put("/api/v1/wallet/top-ups/third-one", body)
    told = await _in_thread(command, ["tell", order["operation_id"], "returned"])
    assert "noted\n" == told.output
    assert (200, 5321) == await balance(ann)
    listed = await _in_thread(command, ["breaks"])
    assert 1 == listed.exit_code
    assert "callback" in listed.output
