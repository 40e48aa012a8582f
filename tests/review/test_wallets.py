"""Wallets as admins and their owners meet them: over HTTP, with reasons, in the audit log."""

import pytest
from quart import Quart

from host.core.db import Tx
from host.core.deps import Deps
from host.identity import service as identity
from host.wallet import service as wallet
from tests.wallet.people import PIN, Person, register

REASON = "Looked at the papers at the counter."


@pytest.fixture
async def grace(app: Quart, deps: Deps) -> Person:
    """An admin."""
    made = await register(app, "grace")
    await deps.db.write(_make_admin, deps.now_ms())
    return made


@pytest.fixture
async def ann(app: Quart) -> Person:
    """Somebody with ¥5,000 and a PIN."""
    made = await register(app, "ann")
    await made.put("/api/v1/wallet/pin", {"pin": PIN})
    await made.put(
        "/api/v1/wallet/top-ups/first-0001", {"amount_minor": 500_000, "currency": "CNY"}
    )
    return made


async def withdraw(ann: Person, key: str, amount_minor: int = 350_000) -> tuple[int, str]:
    """Send money out and return status and problem, or state."""
    body = {"amount_minor": amount_minor, "currency": "CNY", "pin": PIN}
    status, answer = await ann.put(f"/api/v1/wallet/withdrawals/{key}", body)
    return status, answer.get("type") or answer["state"]


async def test_a_frozen_wallet_says_why_and_is_let_go(grace: Person, ann: Person) -> None:
    """Its owner reads the reason and answers once; the log has both decisions."""
    assert 303 == (await grace.post("/admin/wallets/ann/freeze", mode="debit", reason=REASON))[0]

    assert (403, "/problems/account-frozen") == await withdraw(ann, "key-00001")
    assert REASON in await ann.get("/wallet/settings")
    assert "This wallet is stopped" in await ann.get("/wallet")
    assert 303 == (await ann.post("/wallet/appeal", text="It was my own telephone."))[0]
    assert 409 == (await ann.post("/wallet/appeal", text="Once more."))[0]
    assert "It was my own telephone." in await grace.get("/admin/wallets")

    assert 303 == (await grace.post("/admin/wallets/ann/lift", reason=REASON))[0]
    assert (201, "done") == await withdraw(ann, "key-00002", 100)
    log = await grace.get("/admin/audit")
    for action in ("wallet_frozen", "wallet_freed"):
        assert action in log


async def test_a_tier_is_raised_with_a_reason(grace: Person, ann: Person) -> None:
    """Not without one, not one's own; its owner sees limits and use."""
    assert 422 == (await grace.post("/admin/wallets/ann/tier", tier="1", reason=""))[0]
    assert 403 == (await grace.post("/admin/wallets/grace/tier", tier="2", reason=REASON))[0]
    assert 422 == (await grace.post("/admin/wallets/ann/tier", tier="9", reason=REASON))[0]
    assert 303 == (await grace.post("/admin/wallets/ann/tier", tier="1", reason=REASON))[0]

    _, seen = await ann.json("/api/v1/wallet/security")

    assert (1, 2_000_000) == (seen["tier"], seen["payment_max_minor"])
    assert 500_000 == seen["limits"]["balance"]["used_minor"]
    assert "wallet_tier_set" in await grace.get("/admin/audit")


@pytest.mark.parametrize("decision", ["approve", "refuse"])
async def test_a_held_payment_is_decided(
    grace: Person, ann: Person, deps: Deps, decision: str
) -> None:
    """Ann reads that it is being checked; the decision and its rule stand in the log."""
    await grace.post("/admin/risk/rules/new-payee-large", mode="on", reason=REASON)
    assert (202, "new") == await withdraw(ann, "key-00001")
    assert "is being checked" in await ann.get("/wallet")
    ((review, rules),) = await deps.db.read(wallet.find_open_reviews)
    assert ["new-payee-large"] == rules
    path = f"/admin/risk/payments/{review.id}"
    assert 422 == (await grace.post(path, decision=decision, reason="short"))[0]

    assert 303 == (await grace.post(path, decision=decision, reason=REASON))[0]

    assert 409 == (await grace.post(path, decision=decision, reason=REASON))[0]
    assert REASON in await ann.get("/wallet/settings")
    log = await grace.get("/admin/audit")
    assert "risk_rule_switched" in log
    assert f"payment_{'approved' if decision == 'approve' else 'refused'}" in log
    for path in ("/admin/risk", "/admin/wallets/ann", "/admin/wallets?handle=@ann"):
        assert (await grace.client.get(path)).status_code in {200, 303}


async def test_safety_is_changed_with_a_proof(ann: Person) -> None:
    """Small payments and passkeys take the PIN, a forgotten PIN the password and a day."""
    for pin, status in (("000001", 403), (PIN, 200)):
        body = {"units": 2, "pin": pin}
        assert status == (await ann.put("/api/v1/wallet/small-payments", body))[0]
    assert 422 == (await ann.put("/api/v1/wallet/small-payments", {"units": 3, "pin": PIN}))[0]
    for password, status in (("wrong", 403), ("lane of small shops", 200)):
        body = {"password": password, "new": "820461"}
        assert status == (await ann.put("/api/v1/wallet/pin/forgotten", body))[0]
    assert (201, "done") == await withdraw(ann, "key-00001", 100)
    assert "Keep the old one" in await ann.get("/wallet/settings")

    assert 303 == (await ann.post("/wallet/pin/keep"))[0]

    for path in ("/wallet/settings", "/wallet/settings/small", "/wallet/passkeys/new",
                 "/wallet/pin/forgotten"):  # fmt: skip
        assert "Keep the old one" not in await ann.get(path)


def _make_admin(tx: Tx, now_ms: int) -> None:
    identity.make_admin(tx, "grace", now_ms=now_ms)
