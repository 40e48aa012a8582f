"""What has happened in the demo lane during the last days."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from host.brands import service as brands
from host.contacts import service as contacts
from host.core import outbox
from host.core.cards import CardLoader
from host.core.deps import Deps
from host.core.ids import derived_id, new_id
from host.core.media import store_image
from host.core.money import EXPONENTS, Money, parse_currency
from host.demo.people import ADMIN, CNY, FRIENDS, PEOPLE, SHOPS, Role, Shop, Ware
from host.demo.pictures import PICTURES, paint, paint_avatar, paint_logo
from host.identity import service as identity
from host.market import service as market
from host.market.service import AddressFacts, ProductFacts
from host.subscriptions import all_subscriptions
from host.wallet import service as wallet
from host.wallet.rails import RAILS
from host.wallet.service import entry

PASSWORD = "lane-demo-2026"  # noqa: S105  (known on purpose; loopback only)
PIN = "246810"

_MINUTE_MS = 60_000
_HOUR_MS = 60 * _MINUTE_MS
_DAY_MS = 24 * _HOUR_MS


@dataclass
class Lane:
    """What has been made so far, by its short name."""

    deps: Deps
    start_ms: int
    people: dict[str, str] = field(default_factory=dict)
    brands: dict[str, str] = field(default_factory=dict)
    products: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, str] = field(default_factory=dict)
    message_count: int = 0

    def at(self, *, days: int = 0, hours: int = 0, minutes: int = 0) -> int:
        """Return a time that long before now."""
        return self.start_ms - days * _DAY_MS - hours * _HOUR_MS - minutes * _MINUTE_MS

    @property
    def loaders(self) -> dict[str, CardLoader]:
        """The card loaders of the host."""
        return self.deps.card_loaders


async def tell(deps: Deps) -> None:
    """Fill the lane."""
    from host.demo import bills, chats, gifts, posts, programs, trade, treasury, visits  # noqa: PLC0415  (they import Lane)

    lane = Lane(deps, deps.now_ms())
    await _paint(lane)
    await _settle_people(lane)
    await _fill_exchange(lane)
    for shop in SHOPS:
        await _open_shop(lane, shop)
    await programs.publish_all(lane)
    await visits.visit(lane)
    await bills.send_all(lane)
    await trade.trade(lane)
    await _deliver(lane)
    await chats.read_everything(lane)
    await chats.talk(lane)
    await gifts.share(lane)
    await _deliver(lane)
    await chats.read_most(lane)
    await posts.post(lane)
    await _deliver(lane)
    await treasury.reconcile(lane)


async def _deliver(lane: Lane) -> None:
    """Let every subscriber hear what has happened so far, so that what they write comes next."""
    subscriptions = all_subscriptions()
    while await outbox.deliver_next(lane.deps.db, subscriptions, now_ms=lane.start_ms):
        pass


async def _paint(lane: Lane) -> None:
    """Paint everything at once, on every core, and keep it as the operator's pictures."""
    works: dict[str, Callable[[], bytes]] = {name: partial(paint, name) for name in PICTURES}
    works |= {f"face:{role.handle}": partial(paint_avatar, role.face) for role in PEOPLE}
    works |= {f"logo:{s.handle}": partial(paint_logo, s.colour, s.mark) for s in SHOPS}
    painted = await asyncio.gather(*(asyncio.to_thread(work) for work in works.values()))
    for name, data in zip(works, painted, strict=True):
        lane.pictures[name] = await store_image(lane.deps, data, owner_id="demo")


async def _fill_exchange(lane: Lane) -> None:
    """Let the platform have something of every currency, and mei a few dollars and yen."""
    for currency, exponent in EXPONENTS.items():
        await lane.deps.db.write(
            wallet.fund_exchange,
            f"demo-exchange:{currency}",
            rail="sandbox",
            money=Money(100_000 * 10**exponent, parse_currency(currency)),
            now_ms=lane.at(days=9),
        )
    for currency, minor in (("USD", 85_00), ("JPY", 12_000)):
        await entry.top_up(
            lane.deps.db,
            RAILS["sandbox"],
            key=derived_id("demo-top-up", currency),
            person_id=lane.people["mei"],
            money=Money(minor, parse_currency(currency)),
            now_ms=lane.at(days=9),
        )


async def _settle_people(lane: Lane) -> None:
    deps = lane.deps
    password_hash = await deps.passwords.hash(PASSWORD)
    pin_hash = await deps.passwords.hash(PIN)
    for role in PEOPLE:
        person = await deps.db.write(
            identity.register_person,
            handle=role.handle,
            name=role.name,
            password_hash=password_hash,
            lang=role.lang,
            now_ms=lane.at(days=9),
        )
        lane.people[role.handle] = person.id
        await _equip(lane, role, person.id, pin_hash)
    await deps.db.write(identity.make_admin, ADMIN, now_ms=lane.at(days=9))
    for a, b in FRIENDS:
        await deps.db.write(contacts.make_contacts, lane.people[a], lane.people[b], lane.at(days=8))


async def _equip(lane: Lane, role: Role, person_id: str, pin_hash: str) -> None:
    """Give a newcomer a face, a wallet with play money, a PIN and an address."""
    db, now_ms = lane.deps.db, lane.at(days=9)
    await db.write(identity.change_profile, person_id, name=role.name, about=role.about)
    await db.write(
        identity.change_avatar, person_id, avatar_id=lane.pictures[f"face:{role.handle}"]
    )
    await db.write(wallet.open_wallet, person_id, now_ms)
    await db.write(wallet.set_pin, person_id, pin_hash=pin_hash, attempt_id=None, now_ms=now_ms)
    await entry.top_up(
        db,
        RAILS["sandbox"],
        key=derived_id("demo-top-up", person_id),
        person_id=person_id,
        money=Money(role.pocket_minor, CNY),
        now_ms=now_ms,
    )
    number = PEOPLE.index(role) + 1
    facts = AddressFacts(
        role.name, f"1380000{number:04}", f"Lane 12, no. {number}, Beijing", "home"
    )
    await db.write(
        market.add_address,
        derived_id("demo-address", person_id),
        person_id=person_id,
        facts=facts,
        now_ms=now_ms,
    )


async def _open_shop(lane: Lane, shop: Shop) -> None:
    db, owner_id, now_ms = lane.deps.db, lane.people[shop.owner], lane.at(days=7)
    brand = await db.write(
        brands.create_brand,
        owner_id=owner_id,
        handle=shop.handle,
        name=shop.name,
        description=shop.about,
        now_ms=now_ms,
    )
    lane.brands[shop.handle] = brand.id
    logo_id = lane.pictures[f"logo:{shop.handle}"]
    await db.write(brands.change_logo, brand.id, actor_id=owner_id, logo_id=logo_id)
    await db.write(brands.verify_brand, brand.id, is_verified=True, now_ms=now_ms)
    for place, ware in enumerate(shop.wares):
        await _put_on_shelf(lane, ware, brand.id, owner_id, now_ms + place)
    for handle in ("mei", "sofia", "yuki", "bowen"):
        await db.write(
            brands.follow, brand.id, actor_id=lane.people[handle], is_following=True, now_ms=now_ms
        )


async def _put_on_shelf(lane: Lane, ware: Ware, brand_id: str, owner_id: str, now_ms: int) -> None:
    facts = ProductFacts(
        sku=ware.sku,
        name=ware.name,
        price_minor=ware.price_minor,
        currency=CNY,
        kind=ware.kind,
        stock=ware.stock,
        description=ware.description,
        cover_id=lane.pictures[ware.picture],
    )
    lane.products[ware.sku] = new_id()
    await lane.deps.db.write(
        market.save_product,
        lane.products[ware.sku],
        actor_id=owner_id,
        brand_id=brand_id,
        facts=facts,
        now_ms=now_ms,
    )
