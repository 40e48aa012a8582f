"""The payment PIN: counted before it is judged, locked after five."""

import asyncio
from pathlib import Path

import pytest

from host.core.deps import Deps
from host.core.passwords import Passwords
from host.core.sqlite import SqliteDatabase
from host.wallet import service
from host.wallet.errors import (
    PinLockedError,
    PinNotSetError,
    PinSpentError,
    WeakPinError,
    WrongPinError,
)
from host.wallet.service import entry
from host.wallet.service import pin as pins
from tests.conftest import START_MS, Clock

RIGHT, WRONG = "471138", "471139"
MINUTE_MS = 60_000


@pytest.fixture
async def ann(deps: Deps) -> str:
    """Somebody with a PIN."""
    await change(deps, None, RIGHT)
    return "ann"


async def change(deps: Deps, current: str | None, new: str) -> None:
    """Set Ann's PIN."""
    await entry.change_pin(
        deps.db, deps.passwords, person_id="ann", current=current, new=new, now_ms=deps.now_ms()
    )


async def give(deps: Deps, pin: str, person_id: str = "ann") -> str:
    """Give a PIN and return the accepted attempt."""
    return await entry.check_pin(
        deps.db, deps.passwords, person_id=person_id, pin=pin, now_ms=deps.now_ms()
    )


async def test_a_right_pin_serves_one_payment(deps: Deps, ann: str) -> None:
    """The confirmation is spent with the first payment, and belongs to one person (AB-041)."""
    attempt_id = await give(deps, RIGHT)

    with pytest.raises(PinSpentError):
        await deps.db.write(service.spend_pin, attempt_id, "bob")
    await deps.db.write(service.spend_pin, attempt_id, ann)
    with pytest.raises(PinSpentError):
        await deps.db.write(service.spend_pin, attempt_id, ann)


async def test_a_wrong_or_open_attempt_pays_nothing(deps: Deps, ann: str) -> None:
    """Only an accepted attempt can be spent."""
    attempt = await deps.db.write(service.begin_pin_attempt, ann, START_MS)

    with pytest.raises(PinSpentError):
        await deps.db.write(service.spend_pin, attempt.id, ann)
    await deps.db.write(service.refuse_pin, attempt.id, ann)
    with pytest.raises(PinSpentError):
        await deps.db.write(service.accept_pin, attempt.id, ann)


async def test_five_wrong_ones_lock_it(deps: Deps, ann: str, clock: Clock) -> None:
    """The sixth is refused unread, even when it is right; after the time it works again."""
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(WrongPinError, match=f"locked: {left}"):
            await give(deps, WRONG)

    with pytest.raises(PinLockedError, match="15 minutes"):
        await give(deps, RIGHT)
    clock.forward(15 * MINUTE_MS)
    await give(deps, RIGHT)


async def test_the_second_lock_is_longer(deps: Deps, ann: str, clock: Clock) -> None:
    """Guessing on after a lock is locked for an hour."""
    for _ in range(5):
        with pytest.raises(WrongPinError):
            await give(deps, WRONG)
    clock.forward(15 * MINUTE_MS)
    for _ in range(5):
        with pytest.raises(WrongPinError):
            await give(deps, WRONG)

    with pytest.raises(PinLockedError, match="60 minutes"):
        await give(deps, RIGHT)


async def test_ten_guesses_at_once_are_ten_attempts(deps: Deps, ann: str) -> None:
    """Five are judged, five are refused unread (AB-040)."""
    results = await asyncio.gather(*(give(deps, WRONG) for _ in range(10)), return_exceptions=True)

    assert 5 == sum(isinstance(result, WrongPinError) for result in results)
    assert 5 == sum(isinstance(result, PinLockedError) for result in results)


async def test_a_right_one_starts_the_count_anew(deps: Deps, ann: str) -> None:
    """Four wrong, one right, four wrong: still open."""
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(WrongPinError):
                await give(deps, WRONG)
        await give(deps, RIGHT)


async def test_the_lock_survives_a_restart(
    deps: Deps, ann: str, settings: object, clock: Clock
) -> None:
    """Attempts that were begun when the host died are counted, and the lock stays."""
    for _ in range(5):
        await deps.db.write(service.begin_pin_attempt, ann, START_MS)
    assert isinstance(deps.db, SqliteDatabase)
    path: Path = deps.db.path

    restarted = await SqliteDatabase.open(path)
    passwords = Passwords(time_cost=1, memory_kib=8)
    try:
        with pytest.raises(PinLockedError):
            await entry.check_pin(
                restarted, passwords, person_id=ann, pin=RIGHT, now_ms=clock.now_ms()
            )
    finally:
        passwords.close()
        await restarted.close()


async def test_without_a_pin_there_is_nothing_to_give(deps: Deps) -> None:
    """The refusal says what to do."""
    with pytest.raises(PinNotSetError, match="Set one"):
        await give(deps, RIGHT)


async def test_replacing_takes_the_old_one(deps: Deps, ann: str) -> None:
    """A stolen session cannot choose a new PIN; a wrong old one is counted."""
    with pytest.raises(WrongPinError, match="locked: 4"):
        await change(deps, WRONG, "820461")
    with pytest.raises(WrongPinError, match="locked: 3"):
        await change(deps, None, "820461")

    await change(deps, RIGHT, "820461")

    await give(deps, "820461")
    with pytest.raises(WrongPinError):
        await give(deps, RIGHT)


@pytest.mark.parametrize(
    "pin",
    [
        "",
        "12345",
        "1234567",
        "000000",
        "123456",
        "654321",
        "890123",
        "112211",
        "246246",
        "471174",
        "１２３７４５",
        "12a456",
    ],
)
async def test_a_pin_that_would_be_guessed_is_refused(deps: Deps, pin: str) -> None:
    """Six ASCII digits that neither repeat nor count."""
    with pytest.raises(WeakPinError):
        await change(deps, None, pin)


async def test_the_pin_is_not_stored(deps: Deps, ann: str) -> None:
    """What lies in the database is an Argon2id hash."""
    row = await deps.db.read(lambda tx: tx.row("SELECT pin_hash FROM wallet_pin"))

    assert row is not None
    assert row["pin_hash"].startswith("$argon2id$")


async def test_a_forgotten_pin_counts_anew_after_a_day(deps: Deps, ann: str, clock: Clock) -> None:
    """Until then the old one does and the change can be stopped; then it is judged as changed."""
    new = "820461"
    pin_hash = await deps.passwords.hash(new)
    for is_stopped in (True, False):
        await deps.db.write(pins.begin_reset, ann, pin_hash=pin_hash, now_ms=deps.now_ms())
        with pytest.raises(WrongPinError):
            await give(deps, new)
        await give(deps, RIGHT)
        if is_stopped:
            await deps.db.write(service.stop_reset, ann)
            clock.forward(pins.RESET_AFTER_MS)
            await give(deps, RIGHT)

    clock.forward(pins.RESET_AFTER_MS)
    await give(deps, new)
    with pytest.raises(WrongPinError):
        await give(deps, RIGHT)
