"""Registering and signing in: the database, the hash and the budget together."""

import asyncio

import pytest

from host.core.deps import Deps
from host.core.errors import SignInRequiredError
from host.core.live import issue_ticket, use_ticket
from host.core.passwords import Passwords
from host.core.settings import Settings
from host.core.sqlite import SqliteDatabase
from host.identity import service
from host.identity.errors import (
    HandleTakenError,
    PasswordRefusedError,
    SessionNotFoundError,
    TooManyAttemptsError,
    WrongPasswordError,
)
from host.identity.model import SignedIn
from host.identity.service import entry
from tests.conftest import Clock

PASSWORD = "correct horse"
TTL_MS = 3_600_000


async def register(deps: Deps, handle: str, *, address: str = "10.0.0.1") -> SignedIn:
    """Register a person whose name is the handle."""
    return await entry.register(
        deps.db,
        deps.passwords,
        handle=handle,
        name=handle,
        password=PASSWORD,
        lang="en",
        address=address,
        device="Firefox · Linux",
        ttl_ms=TTL_MS,
        now_ms=deps.now_ms(),
    )


async def sign_in(
    deps: Deps, handle: str, password: str = PASSWORD, *, address: str = "10.0.0.1"
) -> SignedIn:
    """Sign in."""
    return await entry.sign_in_with_password(
        deps.db,
        deps.passwords,
        handle=handle,
        password=password,
        address=address,
        device="Firefox · Linux",
        ttl_ms=TTL_MS,
        now_ms=deps.now_ms(),
    )


async def is_open(deps: Deps, signed_in: SignedIn) -> bool:
    """Tell whether the session's token still opens it."""
    token_hash = service.hash_token(signed_in.token)
    found = await deps.db.read(service.find_session, token_hash, now_ms=deps.now_ms())
    return found is not None


class TestRegister:
    """Making a person."""

    async def test_a_registered_person_is_signed_in_and_found(self, deps: Deps) -> None:
        """The new session is open, and the handle leads to the person however it is typed."""
        signed_in = await register(deps, "Ann")

        person = await deps.db.read(service.access_person_by_handle, "@ANN")

        assert person.id == signed_in.session.person_id
        assert ("ann", "Ann", False) == (person.handle, person.name, person.is_admin)
        assert await is_open(deps, signed_in)

    async def test_a_lookalike_handle_is_taken(self, deps: Deps) -> None:
        """Who has paypal has paypa1 too."""
        await register(deps, "paypal")

        with pytest.raises(HandleTakenError, match="@paypa1"):
            await register(deps, "paypa1")

    async def test_of_two_at_once_one_gets_the_handle(self, deps: Deps) -> None:
        """Two registrations of one handle at the same moment: one wins, the other is told."""
        outcomes = await asyncio.gather(
            register(deps, "ann"), register(deps, "ann"), return_exceptions=True
        )

        assert 1 == sum(isinstance(outcome, SignedIn) for outcome in outcomes)
        assert 1 == sum(isinstance(outcome, HandleTakenError) for outcome in outcomes)

    @pytest.mark.parametrize("length", [0, 7, 257, 1_000_000])
    async def test_a_password_has_8_to_256_signs(self, deps: Deps, length: int) -> None:
        """The length is refused before anything is hashed or stored."""
        with pytest.raises(PasswordRefusedError):
            await entry.register(
                deps.db,
                deps.passwords,
                handle="ann",
                name="Ann",
                password="x" * length,
                lang="en",
                address="10.0.0.1",
                device="",
                ttl_ms=TTL_MS,
                now_ms=deps.now_ms(),
            )

        assert await deps.db.read(service.find_person_by_handle, "ann") is None

    async def test_no_secret_is_stored_as_it_is(self, deps: Deps, settings: Settings) -> None:
        """Neither the password nor the session token stands in the database."""
        signed_in = await register(deps, "ann")
        await deps.db.close()

        stored = b"".join(p.read_bytes() for p in settings.data_dir.glob("hutong.db*"))

        assert b"ann" in stored
        assert PASSWORD.encode() not in stored
        assert signed_in.token.encode() not in stored


class TestSignIn:
    """Opening a session with a password."""

    async def test_the_right_password_opens_a_session(self, deps: Deps) -> None:
        """Each sign-in is a session of its own."""
        first = await register(deps, "ann")
        second = await sign_in(deps, "Ann")

        assert first.session.id != second.session.id
        assert await is_open(deps, first)
        assert await is_open(deps, second)

    async def test_unknown_and_wrong_are_one_answer(self, deps: Deps) -> None:
        """A wrong password and an unknown handle give the same words."""
        await register(deps, "ann")

        with pytest.raises(WrongPasswordError) as wrong:
            await sign_in(deps, "ann", "not my password")
        with pytest.raises(WrongPasswordError) as unknown:
            await sign_in(deps, "nobody_here")
        with pytest.raises(WrongPasswordError) as impossible:
            await sign_in(deps, "not a handle!")

        assert str(wrong.value) == str(unknown.value) == str(impossible.value)

    async def test_a_very_long_password_is_not_hashed_whole(self, deps: Deps) -> None:
        """The first 256 signs of a longer text are not the password."""
        await register(deps, "ann")

        with pytest.raises(WrongPasswordError):
            await sign_in(deps, "ann", PASSWORD + "x" * 1_000_000)

    async def test_ten_wrong_guesses_close_the_pair(self, deps: Deps, clock: Clock) -> None:
        """After ten attempts from one address even the right password waits 15 minutes."""
        await register(deps, "ann")
        for _ in range(10):
            with pytest.raises(WrongPasswordError):
                await sign_in(deps, "ann", "a wrong guess")

        with pytest.raises(TooManyAttemptsError):
            await sign_in(deps, "ann")
        clock.forward(15 * 60_000 + 1)

        assert await is_open(deps, await sign_in(deps, "ann"))

    async def test_guesses_at_once_are_all_counted(self, deps: Deps) -> None:
        """Of thirty parallel guesses ten are looked at."""
        await register(deps, "ann")

        outcomes = await asyncio.gather(
            *(sign_in(deps, "ann", f"guess number {n}") for n in range(30)),
            return_exceptions=True,
        )

        assert 10 == sum(isinstance(outcome, WrongPasswordError) for outcome in outcomes)
        assert 20 == sum(isinstance(outcome, TooManyAttemptsError) for outcome in outcomes)

    async def test_a_stranger_cannot_lock_the_owner_out(self, deps: Deps) -> None:
        """A used-up budget of one address is not the owner's."""
        await register(deps, "ann")
        for _ in range(12):
            with pytest.raises((WrongPasswordError, TooManyAttemptsError)):
                await sign_in(deps, "ann", "a wrong guess", address="203.0.113.9")

        assert await is_open(deps, await sign_in(deps, "ann", address="10.0.0.1"))

    async def test_one_password_over_many_handles_is_stopped(self, deps: Deps) -> None:
        """One address has sixty attempts over all handles together."""
        for n in range(60):
            with pytest.raises(WrongPasswordError):
                await sign_in(deps, f"somebody{n}", address="203.0.113.9")

        with pytest.raises(TooManyAttemptsError):
            await sign_in(deps, "somebody_else", address="203.0.113.9")

    async def test_the_budget_survives_a_restart(self, deps: Deps, settings: Settings) -> None:
        """Attempts are counted in the database, so a new process gives no new guesses."""
        await register(deps, "ann")
        for _ in range(10):
            with pytest.raises(WrongPasswordError):
                await sign_in(deps, "ann", "a wrong guess")
        await deps.db.close()

        again = await SqliteDatabase.open(settings.database_path)
        attempt = await again.write(
            service.begin_sign_in, handle="ann", address="10.0.0.1", now_ms=deps.now_ms()
        )
        await again.close()

        assert attempt is None

    async def test_an_old_hash_is_replaced(self, deps: Deps) -> None:
        """Signing in renews a hash whose parameters have grown."""
        await register(deps, "ann")
        stronger = Passwords(time_cost=2, memory_kib=16)
        before = (await deps.db.write(_attempt, deps.now_ms())).password_hash

        await entry.sign_in_with_password(
            deps.db,
            stronger,
            handle="ann",
            password=PASSWORD,
            address="10.0.0.1",
            device="",
            ttl_ms=TTL_MS,
            now_ms=deps.now_ms(),
        )
        after = (await deps.db.write(_attempt, deps.now_ms())).password_hash
        stronger.close()

        assert before is not None
        assert after is not None
        assert "m=8,t=1" in before
        assert "m=16,t=2" in after
        assert await is_open(deps, await sign_in(deps, "ann"))


class TestSessions:
    """Devices that are signed in."""

    async def test_a_session_ends_by_itself(self, deps: Deps, clock: Clock) -> None:
        """An unused session is closed when its time is over."""
        signed_in = await register(deps, "ann")

        clock.forward(TTL_MS - 1)
        assert await is_open(deps, signed_in)
        clock.forward(1)
        assert not await is_open(deps, signed_in)

    async def test_one_device_signs_another_out(self, deps: Deps) -> None:
        """A revoked device is out at once, with its ticket; this one stays."""
        phone = await register(deps, "ann")
        laptop = await sign_in(deps, "ann")
        ann_id = phone.session.person_id
        ticket = await deps.db.write(issue_ticket, ann_id, phone.session.id, now_ms=deps.now_ms())

        await deps.db.write(
            service.revoke_device, phone.session.id, actor_id=ann_id, now_ms=deps.now_ms()
        )

        assert not await is_open(deps, phone)
        assert await is_open(deps, laptop)
        with pytest.raises(SignInRequiredError):
            await deps.db.write(use_ticket, ticket, now_ms=deps.now_ms())

    async def test_a_stranger_cannot_sign_me_out(self, deps: Deps) -> None:
        """Another person's device and a missing one give the same refusal."""
        ann = await register(deps, "ann")
        bob = await register(deps, "bob")

        with pytest.raises(SessionNotFoundError) as foreign:
            await deps.db.write(
                service.revoke_device,
                ann.session.id,
                actor_id=bob.session.person_id,
                now_ms=deps.now_ms(),
            )
        with pytest.raises(SessionNotFoundError) as missing:
            await deps.db.write(
                service.revoke_device,
                "no-such-id",
                actor_id=bob.session.person_id,
                now_ms=deps.now_ms(),
            )

        assert str(foreign.value) == str(missing.value)
        assert await is_open(deps, ann)

    async def test_a_new_password_signs_the_others_out(self, deps: Deps) -> None:
        """Changing the password leaves this device alone signed in."""
        old = await register(deps, "ann")
        here = await sign_in(deps, "ann")

        await _change_password(deps, here, current=PASSWORD, new="battery staple")

        assert not await is_open(deps, old)
        assert await is_open(deps, here)
        assert await is_open(deps, await sign_in(deps, "ann", "battery staple"))
        with pytest.raises(WrongPasswordError):
            await sign_in(deps, "ann", PASSWORD)

    async def test_a_wrong_current_password_changes_nothing(self, deps: Deps) -> None:
        """Who finds an open browser cannot take the account."""
        here = await register(deps, "ann")

        with pytest.raises(WrongPasswordError):
            await _change_password(deps, here, current="a wrong guess", new="battery staple")

        assert await is_open(deps, await sign_in(deps, "ann", PASSWORD))

    async def test_the_sweep_forgets_what_ended_long_ago(self, deps: Deps, clock: Clock) -> None:
        """An ended session is kept for a month and then gone."""
        await register(deps, "ann")

        clock.forward(TTL_MS + 30 * 24 * 3_600_000)
        assert 0 == await deps.db.write(service.sweep, now_ms=deps.now_ms())
        clock.forward(1)
        assert 1 == await deps.db.write(service.sweep, now_ms=deps.now_ms())


async def _change_password(deps: Deps, here: SignedIn, *, current: str, new: str) -> None:
    await entry.change_password(
        deps.db,
        deps.passwords,
        actor_id=here.session.person_id,
        session_id=here.session.id,
        current=current,
        new=new,
        now_ms=deps.now_ms(),
    )


def _attempt(tx, now_ms: int):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    return service.begin_sign_in(tx, handle="ann", address="10.9.9.9", now_ms=now_ms)
