"""`python -m tests.bank --seconds N`: people pay each other through two hosts on one PostgreSQL.

Everybody sends to everybody, now through one host, now through the other.  In the middle one host
is killed (SIGKILL) and started again.  Whoever hears nothing, or 503, asks again with the same key,
at whichever host answers.  At the end the books balance, and every transfer that was acknowledged
is there once: as a recorder outside both hosts has written it down.
"""

import argparse
import asyncio
import html
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg.rows import dict_row

from bench.postgres import temporary_cluster
from host.contacts import service as contacts
from host.core.clock import now_ms
from host.core.postgresql import PostgresDatabase
from tests.e2e.host_process import HostProcess

PIN = "471138"
OPENING_MINOR = 100_000
ASK_AGAIN_S = 0.2
# A transfer that nobody could judge for so long would be a host that does not come back.
ASK_S_MAX = 60.0


@dataclass
class Person:
    """Somebody with a session that both hosts know."""

    id: str
    client: httpx.AsyncClient
    csrf: str


@dataclass
class Tally:
    """What was seen from outside, and what was found at the end."""

    # By transfer id: the amount.
    acknowledged: dict[str, int] = field(default_factory=dict)
    refused_count: int = 0
    repeated_count: int = 0
    unlike: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing went wrong, and something happened at all."""
        return bool(self.acknowledged) and not (self.unlike or self.wrong)


def main() -> None:
    """Run the bank and print the tally."""
    parser = argparse.ArgumentParser(prog="python -m tests.bank", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--people", type=int, default=12)
    asked = parser.parse_args()
    with server() as url:
        tally = run(url, people_count=asked.people, seconds=asked.seconds)
    sys.stdout.write(
        f"{len(tally.acknowledged)} acknowledged, {tally.refused_count} refused,"
        f" {tally.repeated_count} asked again, {len(tally.unlike)} answered unlike,"
        f" {len(tally.wrong)} wrong\n"
    )
    sys.stdout.writelines(f"{sentence}\n" for sentence in (*tally.unlike, *tally.wrong))
    sys.exit(0 if tally.is_clean else 1)


@contextmanager
def server() -> Iterator[str]:
    """Give the address of an empty database on a server of our own, which is durable."""
    with temporary_cluster() as cluster:
        if cluster is None:
            raise SystemExit("PostgreSQL is not here: pip install -e '.[bench]'")
        cluster.call("createdb", "hutong_bank")
        yield f"postgresql://bench@/hutong_bank?host={cluster.folder}"


def run(url: str, *, people_count: int, seconds: float) -> Tally:
    """Let people pay each other for ``seconds`` and look at what is left."""
    with tempfile.TemporaryDirectory(prefix="bank") as folder:
        data = Path(folder) / "data"
        data.mkdir()
        hosts = [HostProcess(data, database_url=url) for _ in range(2)]
        try:
            for host in hosts:
                host.start()
            tally = asyncio.run(_Bank(hosts, url).run(people_count, seconds))
            audit = hosts[0].run("ledger", "audit")
            if audit.returncode:
                tally.wrong.append(f"hutong ledger audit: {audit.stdout}{audit.stderr}")
        finally:
            for host in hosts:
                host.stop()
    _look(url, tally)
    return tally


class _Bank:
    """People, two hosts, and what was said to whom."""

    def __init__(self, hosts: list[HostProcess], url: str) -> None:
        self.hosts = hosts
        self.url = url
        self.tally = Tally()
        self.chance = random.Random(11)  # noqa: S311  (who pays whom is no secret)

    async def run(self, people_count: int, seconds: float) -> Tally:
        people = [await self._register(n) for n in range(people_count)]
        await self._introduce(people)
        until = time.monotonic() + seconds
        async with asyncio.TaskGroup() as group:
            for person in people:
                group.create_task(self._pay_until(person, people, until))
            group.create_task(self._kill_one(seconds))
        await asyncio.gather(*(person.client.aclose() for person in people))
        return self.tally

    async def _register(self, number: int) -> Person:
        client = httpx.AsyncClient(timeout=20.0)
        handle, base = f"p{number}", self.hosts[number % 2].url
        body = {"handle": handle, "name": handle, "password": "lane of small shops"}
        made = await client.post(f"{base}/api/v1/people", json=body)
        assert 201 == made.status_code, made.text
        page = (await client.get(f"{base}/wallet")).text
        found = re.search(r'<meta name="csrf" content="([^"]+)"', page)
        assert found is not None, page
        person = Person(made.json()["id"], client, html.unescape(found[1]))
        # The other host knows the session as well.
        other = self.hosts[1 - number % 2].url
        for path, body in (
            ("pin", {"pin": PIN}),
            ("receiving", {"automatic": number % 2 == 0}),
            ("top-ups/opening-1", {"amount_minor": OPENING_MINOR, "currency": "CNY"}),
        ):
            answer = await self._put(person, f"{other}/api/v1/wallet/{path}", body)
            assert answer.is_success, answer.text
        return person

    async def _introduce(self, people: list[Person]) -> None:
        db = await PostgresDatabase.open(self.url)
        for n, person in enumerate(people):
            for other in people[n + 1 :]:
                await db.write(contacts.make_contacts, person.id, other.id, now_ms())
        await db.close()

    async def _pay_until(self, payer: Person, people: list[Person], until: float) -> None:
        count = 0
        while time.monotonic() < until:
            count += 1
            receiver = self.chance.choice([p for p in people if p is not payer])
            key, amount = f"pay-{payer.id[-8:]}-{count}", self.chance.randrange(1, 900)
            body = {
                "receiver_id": receiver.id,
                "amount_minor": amount,
                "currency": "CNY",
                "pin": PIN,
            }
            answer = await self._ask(payer, key, body)
            if answer.status_code == 429:
                await asyncio.sleep(1)
                continue
            if not answer.is_success:
                self.tally.refused_count += 1
                continue
            sent = answer.json()
            self.tally.acknowledged[sent["transfer_id"]] = amount
            if count % 3 == 0:  # nobody's retry may be heard otherwise than the first
                again = await self._ask(payer, key, body)
                if again.content != answer.content:
                    self.tally.unlike.append(f"{key}: {answer.text} and then {again.text}")
            elif sent["status"] == "waiting" and count % 2:
                await self._take(receiver, sent["transfer_id"])

    async def _ask(self, payer: Person, key: str, body: dict[str, Any]) -> httpx.Response:
        """Ask until there is an answer, at any host, with one key."""
        until = time.monotonic() + ASK_S_MAX
        while True:
            base = self.chance.choice(self.hosts).url
            try:
                answer = await self._put(payer, f"{base}/api/v1/wallet/transfers/{key}", body)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code < 500:
                return answer
            assert time.monotonic() < until, f"{key} was never answered"
            self.tally.repeated_count += 1
            await asyncio.sleep(ASK_AGAIN_S)

    async def _take(self, receiver: Person, transfer_id: str) -> None:
        base = self.chance.choice(self.hosts).url
        path = f"{base}/api/v1/wallet/transfers/{transfer_id}/accept"
        try:
            await receiver.client.post(path, json={}, headers={"X-CSRF": receiver.csrf})
        except httpx.TransportError:
            return  # it is waiting still, or taken: either is right

    async def _put(self, person: Person, url: str, body: dict[str, Any]) -> httpx.Response:
        return await person.client.put(url, json=body, headers={"X-CSRF": person.csrf})

    async def _kill_one(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 2)
        self.hosts[1].kill()
        await asyncio.to_thread(self.hosts[1].start)


def _look(url: str, tally: Tally) -> None:
    """Compare the tables with what was acknowledged."""
    with psycopg.connect(url, row_factory=dict_row) as connection:
        stored: dict[str, list[int]] = {}
        for row in connection.execute("SELECT id, amount_minor FROM wallet_transfer"):
            stored.setdefault(row["id"], []).append(row["amount_minor"])
        sums = connection.execute(
            "SELECT currency, CAST(SUM(credits_posted_minor - debits_posted_minor) AS BIGINT) AS s,"
            " CAST(SUM(credits_pending_minor - debits_pending_minor) AS BIGINT) AS p"
            " FROM wallet_account GROUP BY currency"
        ).fetchall()
    tally.wrong += [
        f"{transfer_id} of {amount}: {stored.get(transfer_id, 'lost')}"
        for transfer_id, amount in tally.acknowledged.items()
        if stored.get(transfer_id) != [amount]
    ]
    tally.wrong += [f"{row['currency']} sums to {row}" for row in sums if row["s"] or row["p"]]


if __name__ == "__main__":
    main()
