"""Builders for the market's tests: a lane with a shop, its goods, and people with money."""

from dataclasses import dataclass, replace

from host.brands import service as brands
from host.core.db import Database, Tx
from host.core.ids import new_id
from host.core.money import Currency, Money
from host.identity import service as identity
from host.market import service
from host.market.model import Kind, LineAsk, Order, Product, ProductStatus
from host.market.service import AddressFacts, ProductFacts
from host.wallet import audit
from host.wallet import service as wallet
from host.wallet.model import Purpose, cash_place, rail_place
from tests.conftest import START_MS

CNY = Currency("CNY")
PIN_HASH = "not a real hash"
HOME = AddressFacts("Ann Li", "+86 10 6655 4433", "12 Lane of Wells, Beijing", "home")


@dataclass(frozen=True)
class Lane:
    """Who and what a test is about."""

    db: Database
    buyer_id: str
    seller_id: str
    brand_id: str
    handle: str
    address_id: str


def put_person(tx: Tx, handle: str) -> str:
    """Register somebody."""
    person = identity.register_person(
        tx, handle=handle, name=handle.title(), password_hash="x", lang="en", now_ms=START_MS
    )
    return person.id


def give(tx: Tx, person_id: str, amount_minor: int) -> None:
    """Top up somebody's balance."""
    outside, cash = rail_place("sandbox", CNY), cash_place(person_id, CNY)
    for place in (outside, cash):
        wallet.open_account(tx, place, now_ms=START_MS)
    wallet.post_transfer(
        tx,
        new_id(),
        debit_id=outside.id,
        credit_id=cash.id,
        money=Money(amount_minor, CNY),
        purpose=Purpose.TOP_UP,
        actor_id="test",
        now_ms=START_MS,
    )


def put_lane(tx: Tx, balance_minor: int) -> tuple[str, str, str, str]:
    """Make a buyer with money, an address and a PIN, and a seller with a shop."""
    buyer_id, seller_id = put_person(tx, "ann"), put_person(tx, "zhou")
    brand = brands.create_brand(
        tx,
        owner_id=seller_id,
        handle="tea_house",
        name="Tea House",
        description="",
        now_ms=START_MS,
    )
    give(tx, buyer_id, balance_minor)
    wallet.set_pin(tx, buyer_id, pin_hash=PIN_HASH, attempt_id=None, now_ms=START_MS)
    address = service.add_address(tx, new_id(), person_id=buyer_id, facts=HOME, now_ms=START_MS)
    return buyer_id, seller_id, brand.id, address.id


async def lane(db: Database, balance_minor: int = 100_000) -> Lane:
    """Return a lane whose buyer has ``balance_minor``."""
    buyer_id, seller_id, brand_id, address_id = await db.write(put_lane, balance_minor)
    return Lane(db, buyer_id, seller_id, brand_id, "tea_house", address_id)


async def second_shop(at: Lane, handle: str = "pot_house") -> Lane:
    """Return the lane of another shop of the same owner."""
    brand = await at.db.write(
        brands.create_brand,
        owner_id=at.seller_id,
        handle=handle,
        name="Pot House",
        description="",
        now_ms=START_MS,
    )
    return replace(at, brand_id=brand.id, handle=handle)


async def join_team(at: Lane, handle: str) -> None:
    """Let somebody act for the shop."""
    await at.db.write(
        brands.add_staff, at.brand_id, actor_id=at.seller_id, handle=handle, now_ms=START_MS
    )


async def leave_team(at: Lane, person_id: str) -> None:
    """Let somebody act for the shop no more."""
    await at.db.write(brands.remove_staff, at.brand_id, actor_id=at.seller_id, person_id=person_id)


async def product(
    at: Lane,
    *,
    product_id: str | None = None,
    sku: str = "TEA-050",
    name: str = "Spring Longjing",
    price_minor: int = 12_800,
    stock: int | None = 10,
    kind: Kind = Kind.GOODS,
    status: ProductStatus = ProductStatus.ON_SALE,
) -> Product:
    """Put something on the shelf, or change it."""
    return await at.db.write(
        service.save_product,
        product_id or new_id(),
        actor_id=at.seller_id,
        brand_id=at.brand_id,
        facts=ProductFacts(
            sku=sku,
            name=name,
            price_minor=price_minor,
            currency=CNY,
            kind=kind,
            stock=stock,
            status=status,
        ),
        now_ms=START_MS,
    )


async def order(
    at: Lane, what: Product, quantity: int = 1, *, order_id: str | None = None, source: str = ""
) -> Order:
    """Make an order that waits to be paid."""
    return await at.db.write(
        service.create_order,
        order_id or new_id(),
        buyer_id=at.buyer_id,
        brand_id=at.brand_id,
        lines=[LineAsk(what.id, quantity)],
        source=source,
        now_ms=START_MS,
    )


async def right_pin(at: Lane, what: Order | wallet.PaymentIntent) -> str:
    """Return a confirmation of a payment by a PIN that was right."""
    intent = service.payment_intent(what) if isinstance(what, Order) else what

    def give_pin(tx: Tx) -> str:
        attempt = wallet.begin_pin_attempt(tx, intent.person_id, START_MS)
        return wallet.confirm_with_pin(tx, attempt.id, intent, now_ms=START_MS)

    return await at.db.write(give_pin)


async def pay(
    at: Lane, order_id: str, *, shown_minor: int | None = None, fee_bps: int = 60
) -> Order:
    """Pay an order with a right PIN."""
    return await at.db.write(
        service.pay_order,
        order_id,
        actor_id=at.buyer_id,
        confirmation_id=await right_pin(at, await read(at, order_id)),
        shown_minor=shown_minor,
        address_id=at.address_id,
        fee_bps=fee_bps,
        now_ms=START_MS,
    )


async def paid_order(at: Lane, what: Product, quantity: int = 1, *, fee_bps: int = 60) -> Order:
    """Make an order and pay it."""
    made = await order(at, what, quantity)
    return await pay(at, made.id, fee_bps=fee_bps)


async def ship(at: Lane, order_id: str, *, now_ms: int = START_MS) -> Order:
    """Send a parcel."""
    return await at.db.write(
        service.ship_order,
        order_id,
        actor_id=at.seller_id,
        carrier="SF Express",
        tracking="SF1234567890",
        now_ms=now_ms,
    )


async def read(at: Lane, order_id: str) -> Order:
    """Return an order as it is now."""
    return await at.db.read(service.read_order, order_id)


async def stock_left(at: Lane, what: Product) -> int | None:
    """Return how many are on the shelf."""
    return (await at.db.read(service.access_product, what.id)).stock


async def money(at: Lane) -> tuple[int, int, int]:
    """Return what the buyer can spend, what is held of theirs, and what the shop has earned.

    What the shop has earned is pending first, which tests of settlement look at.
    """
    mine = await at.db.read(wallet.balance, at.buyer_id, CNY)
    shop = await at.db.read(wallet.merchant_balance, at.brand_id, CNY)
    earned_minor = shop.pending_minor + shop.available_minor
    return mine.available_minor, mine.in_escrow_minor, earned_minor


async def breaks(at: Lane) -> list[str]:
    """Return what the ledger's audit finds."""
    return (await at.db.read(audit.audit)).breaks
