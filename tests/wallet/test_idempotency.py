"""A repeated request hears what the first one heard."""

import asyncio

import pytest
from quart import Quart

from host.core import answers
from host.core.answers import Answer, Asked, InFlight
from host.core.deps import Deps
from host.core.errors import ConflictError, IdempotencyKeyReusedError
from host.core.idempotency import idempotent
from host.wallet.rails import LATE_DONE_MINOR
from tests.conftest import Clock
from tests.wallet.people import Person, balance, register, transfer

DAY_MS = 24 * 3600 * 1000
SEND = "/api/v1/wallet/transfers/noodles-1"


async def test_what_was_refused_stays_refused(ann: Person, bob: Person, clock: Clock) -> None:
    """For at least seven days, whatever has changed; a new key is judged anew."""
    dear = transfer(bob, amount_minor=60_000)
    refused = await ann.put(SEND, dear)
    await ann.put("/api/v1/wallet/top-ups/more-money", {"amount_minor": 50_000, "currency": "CNY"})
    clock.forward(7 * DAY_MS)

    again = await ann.put(SEND, dear)
    other = await ann.put(SEND, transfer(bob))
    new = await ann.put("/api/v1/wallet/transfers/noodles-2", dear)

    assert (409, "/problems/insufficient-funds") == (refused[0], refused[1]["type"])
    assert refused == again
    assert (422, "/problems/idempotency-key-reused") == (other[0], other[1]["type"])
    assert 201 == new[0]
    assert (200, 60_000) == await balance(bob)


async def test_a_second_call_in_flight_joins_the_first(
    ann: Person,
    bob: Person,
    deps: Deps,
) -> None:
    """One PIN is hashed, one transfer made, all hear of it; other content at once is refused."""
    body, other = transfer(bob), transfer(bob, amount_minor=1_201)
    heard = await asyncio.gather(*(ann.put(SEND, each) for each in (body, body, other, body)))

    assert [201, 201, 422, 201] == [status for status, _ in heard]
    assert heard[0] == heard[1] == heard[3]
    assert (200, 1_200) == await balance(bob)
    tried = await deps.db.read(lambda tx: tx.rows("SELECT status FROM wallet_pin_attempt"))
    assert ["spent"] == [row["status"] for row in tried]


async def test_what_was_no_judgement_may_be_repeated(ann: Person, bob: Person) -> None:
    """A wrong PIN and a body that nobody understands leave the key free."""
    wrong = await ann.put(SEND, transfer(bob, pin="471139"))
    odd = await ann.put(SEND, transfer(bob, amount_minor="12"))
    right = await ann.put(SEND, transfer(bob))

    assert [403, 422, 201] == [wrong[0], odd[0], right[0]]


async def test_an_open_end_is_asked_about_again(ann: Person) -> None:
    """While the rail has not answered, the same key asks it: 202, then 201, which is kept."""
    body = {"amount_minor": LATE_DONE_MINOR, "currency": "CNY"}
    heard = [await ann.put("/api/v1/wallet/top-ups/late-one-1", body) for _ in range(3)]

    assert [(202, "unknown"), (201, "done"), (201, "done")] == [
        (status, answer["state"]) for status, answer in heard
    ]


async def test_answers_are_forgotten_after_a_week(
    ann: Person,
    bob: Person,
    deps: Deps,
    clock: Clock,
) -> None:
    """The transfer's own id is for ever: nothing moves twice (AB-016)."""
    first = await ann.put(SEND, transfer(bob))
    assert 0 == await deps.db.write(answers.sweep, now_ms=clock.at_ms + 7 * DAY_MS)
    assert 2 == await deps.db.write(answers.sweep, now_ms=clock.at_ms + 9 * DAY_MS)

    again = await ann.put(SEND, transfer(bob))

    assert first == again
    assert (200, 1_200) == await balance(bob)


async def test_a_key_may_come_in_the_header(app: Quart, deps: Deps) -> None:
    """Each person's own; without one, or with an odd one, nothing is done (AB-013, AB-017)."""
    done: list[str] = []

    async def act() -> dict[str, int]:
        done.append("once")
        return {"count": len(done)}

    app.add_url_rule("/api/v1/test/acts", view_func=idempotent()(act), methods=["POST"])
    people = [await register(app, handle) for handle in ("ann", "eve")]

    async def ask(person: Person, key: str | None) -> tuple[int, object]:
        headers = {"X-CSRF": person.csrf} | ({} if key is None else {"Idempotency-Key": key})
        answer = await person.client.post("/api/v1/test/acts", json={}, headers=headers)
        return answer.status_code, (await answer.get_json(force=True)).get("count")

    assert [422] * 4 == [
        (await ask(people[0], k))[0] for k in (None, "", "x" * 10_000, "kéy-kéy-1")
    ]
    assert [] == done
    assert [(200, 1), (200, 1), (200, 2)] == [
        await ask(person, "same-key-1") for person in (people[0], people[0], people[1])
    ]


async def test_who_hangs_up_takes_nothing_away() -> None:
    """The first caller is cancelled; the work goes on, and the second hears its answer."""
    flights, go_on = InFlight(), asyncio.Event()
    asked, answer = Asked("here", "key-key-1", "f"), Answer(201, "text/plain", "done")

    async def work() -> Answer:
        await go_on.wait()
        return answer

    first = asyncio.ensure_future(flights.join(asked, work))
    second = asyncio.ensure_future(flights.join(asked, work))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    with pytest.raises(IdempotencyKeyReusedError):
        await flights.join(Asked("here", "key-key-1", "g"), work)
    go_on.set()

    assert answer == await second
    assert first.cancelled()


async def test_a_client_that_hangs_up_has_paid_once_or_not_at_all(ann: Person, bob: Person) -> None:
    """Wherever the request is cut off: the same key hears what became of it."""
    for steps in range(0, 60, 6):
        path = f"/api/v1/wallet/transfers/cut-off-{steps}"
        asking = asyncio.ensure_future(ann.put(path, transfer(bob, amount_minor=100)))
        for _ in range(steps):
            await asyncio.sleep(0.001)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

        status, _ = await ann.put(path, transfer(bob, amount_minor=100))
        assert 201 == status

    assert (200, 1_000) == await balance(bob)
    assert (200, 49_000) == await balance(ann)


async def test_a_refusal_reaches_all_who_wait() -> None:
    """And the key is free again."""
    flights, asked = InFlight(), Asked("here", "key-key-1", "f")
    answer = Answer(200, "text/plain", "now")

    async def refuse() -> Answer:
        await asyncio.sleep(0)
        raise ConflictError("Not now.")

    async def do() -> Answer:
        return answer

    heard = await asyncio.gather(
        *(flights.join(asked, refuse) for _ in range(2)), return_exceptions=True
    )

    assert [ConflictError, ConflictError] == [type(each) for each in heard]
    assert answer == await flights.join(asked, do)


async def test_refusals_are_not_collected_by_the_hundred(ann: Person, bob: Person) -> None:
    """After sixty in a minute the caller is told to wait; the key stays free."""
    dear = transfer(bob, amount_minor=60_000)
    heard = [(await ann.put(f"/api/v1/wallet/transfers/too-dear-{n}", dear))[0] for n in range(62)]

    assert [409] * 60 + [429] * 2 == heard
