"""Friends with money, for the tests of money between people."""

from host.core.db import Database
from host.core.money import Currency, Money
from host.wallet import service as wallet
from host.wallet.model import cash_place
from host.wallet.people_model import Offer
from host.wallet.service import payments
from tests.conftest import START_MS
from tests.social import make_friends, make_person
from tests.wallet import make

CNY = Currency("CNY")
DAY_MS = 24 * 3600 * 1000


class Crowd:
    """People who are contacts of the first; each has ¥500."""

    def __init__(self, db: Database, people: dict[str, str]) -> None:
        self.db = db
        self.people = people

    @property
    def ids(self) -> list[str]:
        """Everybody's ids, the first one's first."""
        return list(self.people.values())

    async def send(self, key: str, minor: int = 1_000, *, memo: str = "") -> Offer:
        """Let the first send the second money."""
        sender, receiver = self.ids[:2]
        money = Money(minor, CNY)
        intent = payments.send_intent(key, sender_id=sender, receiver_id=receiver, money=money)
        return await self.db.write(
            payments.send_money, key, sender_id=sender, receiver_id=receiver,
            money=money, memo=memo, confirmation_id=await self.db.write(make.confirmed, intent),
            now_ms=START_MS,
        )  # fmt: skip

    async def has(self, *person_ids: str) -> list[tuple[int, int]]:
        """Return what people can spend, and what is reserved."""
        found = [await self.db.read(wallet.balance, person_id, CNY) for person_id in person_ids]
        return [(one.available_minor, one.reserved_minor) for one in found]


async def gather_crowd(db: Database, *handles: str) -> Crowd:
    """Return new friends with ¥500 each."""
    people = await make_friends(db, *handles)
    for person in people:
        await db.write(make.open_with, cash_place(person.id, CNY), 50_000)
    return Crowd(db, {person.handle: person.id for person in people})


async def stranger(db: Database, handle: str = "eve") -> str:
    """Return somebody whom nobody knows."""
    return (await make_person(db, handle)).id
