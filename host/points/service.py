"""Use cases of points.

Everything that moves points takes the ledger's lock first, so what is read here stays true.
"""

from host.brands import service as brands
from host.core.db import Tx
from host.core.errors import BadInputError, IdempotencyKeyReusedError
from host.core.i18n import gettext
from host.core.ids import derived_id
from host.core.money import AMOUNT_MINOR_MAX, POINTS, Money, Points
from host.identity import service as identity
from host.points import repository
from host.points.errors import NoProgrammeError, ProgrammeRefusedError, TooFewPointsError
from host.points.model import (
    EARN_MINOR_MAX,
    EXPIRY_MONTHS_MAX,
    HISTORY_LINES_MAX,
    WORTH_OF_POINTS,
    Given,
    Holding,
    PointsPage,
    Programme,
    Redemption,
    issued_place,
    points_place,
)
from host.settlement import service as settlement
from host.wallet import service as wallet
from host.wallet.model import Purpose

_LAPSES_PER_SWEEP_MAX = 200


def set_programme(
    tx: Tx,
    brand_id: str,
    *,
    actor_id: str,
    is_on: bool,
    earn: Money,
    worth: Money,
    expiry_months: int | None,
    now_ms: int,
) -> Programme:
    """Switch a brand's programme on or off, and say what points cost and are worth.

    While people hold points, their currency stays and their worth may only grow; an expiry that is
    new or shorter counts from the next points on.
    """
    brands.access_own_brand(tx, brand_id, actor_id=actor_id)
    wallet.lock_ledger(tx)
    _check_terms(earn, worth, expiry_months)
    earlier = repository.find_programme(tx, brand_id)
    if earlier is not None and outstanding(tx, brand_id):
        _check_promise(earlier, worth)
    # What was earned before gives nothing afterwards, whatever is heard of it later.
    goes_on = earlier is not None and earlier.is_on and earlier.currency == earn.currency
    programme = Programme(
        brand_id,
        is_on,
        earn.currency,
        earn.amount_minor,
        worth.amount_minor,
        expiry_months,
        earlier.since_ms if earlier is not None and goes_on else wallet.ledger_time(tx),
        actor_id,
        now_ms,
    )
    repository.put_programme(tx, programme)
    return programme


def find_programme(tx: Tx, brand_id: str) -> Programme | None:
    """Return how a brand gives points."""
    return repository.find_programme(tx, brand_id)


def outstanding(tx: Tx, brand_id: str) -> int:
    """Return how many points of a brand people hold."""
    return -wallet.posted(tx, issued_place(brand_id))


def reckon(
    tx: Tx, source_kind: str, source_id: str, *, person_id: str, is_new: bool, now_ms: int
) -> None:
    """Give the points of an earning once, and take back those of what was refunded since.

    It reads what settlement knows of the earning, so it may be called for every event about it.
    No more is taken back than the person still has; what lacks is not asked for later.
    """
    wallet.lock_ledger(tx)
    earning = settlement.find_earning(tx, source_kind, source_id)
    if earning is None:
        return
    given = repository.find_given(tx, source_kind, source_id)
    if given is None:
        programme = repository.find_programme(tx, earning.brand_id)
        if not is_new or programme is None or not programme.is_on:
            return
        if programme.currency != earning.currency or earning.at_ms < programme.since_ms:
            return
        points = earning.left_minor // programme.earn_minor
        given = Given(
            source_kind, source_id, earning.brand_id, person_id, programme.earn_minor, points, 0
        )
        repository.insert_given(tx, given)
        if points:
            _give(tx, given, programme, now_ms=now_ms)
        return
    due = given.earned_points - earning.left_minor // given.earn_minor
    if due > given.due_points:
        _take_back(tx, given, due, now_ms=now_ms)


def redeem(
    tx: Tx, key: str, *, brand_id: str, person_id: str, points: int, now_ms: int
) -> Redemption:
    """Turn points into money of the brand, both or neither, once a key.

    Only as many points are taken as the money is worth, so that rounding costs nobody a point.
    """
    redemption_id = derived_id("points.redeem", brand_id, person_id, key)
    wallet.lock_ledger(tx)
    earlier = repository.find_redemption(tx, redemption_id)
    if earlier is not None:
        if earlier.asked_points != points:
            raise IdempotencyKeyReusedError("This key belongs to other points. Use a new one.")
        return earlier
    programme = _programme(tx, brand_id)
    has = wallet.posted(tx, points_place(brand_id, person_id))
    if not 0 < points <= has:
        raise TooFewPointsError("You have %(points)s points here. Choose fewer.", points=has)
    amount_minor = programme.worth_of(points)
    if not amount_minor:
        raise TooFewPointsError("So few points are worth less than the smallest coin.", points=has)
    taken, money = programme.price_of(amount_minor), Money(amount_minor, programme.currency)
    person = identity.access_person(tx, person_id)
    paid = settlement.pay_person(
        tx,
        redemption_id,
        brand_id=brand_id,
        actor_id=person_id,
        person_id=person_id,
        money=money,
        memo=gettext(person.lang, "%(points)s points", points=taken),
        now_ms=now_ms,
    )
    _move(
        tx,
        f"points:redeem:{redemption_id}",
        brand_id,
        person_id,
        -taken,
        purpose=Purpose.POINTS_REDEEMED,
        reference=paid.id,
        now_ms=now_ms,
    )
    made = Redemption(
        redemption_id,
        brand_id,
        person_id,
        points,
        taken,
        amount_minor,
        programme.currency,
        paid.at_ms,
    )
    repository.insert_redemption(tx, made)
    return made


def sweep(tx: Tx, *, now_ms: int) -> int:
    """Let points lapse whose owner earned none for as long as the brand said."""
    lapsed = repository.find_lapsed(tx, now_ms=now_ms, limit=_LAPSES_PER_SWEEP_MAX)
    if lapsed:
        wallet.lock_ledger(tx)
    for brand_id, person_id in lapsed:
        at_ms = repository.find_lapse(tx, brand_id, person_id)
        has = wallet.posted(tx, points_place(brand_id, person_id))
        if at_ms is not None and at_ms <= now_ms and has:
            _move(
                tx,
                derived_id("points.lapse", brand_id, person_id, str(at_ms)),
                brand_id,
                person_id,
                -has,
                purpose=Purpose.POINTS_LAPSED,
                now_ms=now_ms,
            )
        repository.put_holder(tx, brand_id, person_id, lapses_at_ms=None)
    return len(lapsed)


def find_holding(tx: Tx, brand_id: str, *, person_id: str) -> Holding | None:
    """Return what a person has with a brand that gives points, or has given them some."""
    programme = repository.find_programme(tx, brand_id)
    if programme is None:
        return None
    points = wallet.posted(tx, points_place(brand_id, person_id))
    if not points and not programme.is_on:
        return None
    return Holding(programme, points, repository.find_lapse(tx, brand_id, person_id))


def list_holdings(tx: Tx, person_id: str) -> list[Holding]:
    """Return what a person has, with every brand that it is above zero with."""
    found = [
        find_holding(tx, brand_id, person_id=person_id)
        for brand_id in repository.find_brand_ids(tx, person_id)
    ]
    return [holding for holding in found if holding is not None and holding.points]


def read_page(tx: Tx, brand_id: str, *, person_id: str) -> PointsPage:
    """Return what a person has with a brand, and how it came to that."""
    programme = _programme(tx, brand_id)
    place = points_place(brand_id, person_id)
    holding = Holding(
        programme, wallet.posted(tx, place), repository.find_lapse(tx, brand_id, person_id)
    )
    return PointsPage(holding, wallet.newest_lines(tx, place, limit=HISTORY_LINES_MAX))


def _programme(tx: Tx, brand_id: str) -> Programme:
    programme = repository.find_programme(tx, brand_id)
    if programme is None:
        raise NoProgrammeError("This shop gives no points.")
    return programme


def _check_terms(earn: Money, worth: Money, expiry_months: int | None) -> None:
    if earn.currency != worth.currency:
        raise BadInputError("Both amounts must have one currency.")
    if earn.amount_minor > EARN_MINOR_MAX:
        raise BadInputError("A point for so much money is none. Choose less.")
    if worth.amount_minor > WORTH_OF_POINTS * earn.amount_minor:
        raise BadInputError("Points would be worth more than was paid for them. Choose less.")
    if expiry_months is not None and not 1 <= expiry_months <= EXPIRY_MONTHS_MAX:
        raise BadInputError("Points lapse after 1 to %(max)s months.", max=EXPIRY_MONTHS_MAX)


def _check_promise(earlier: Programme, worth: Money) -> None:
    if worth.currency != earlier.currency:
        raise ProgrammeRefusedError("People hold points of this currency. It stays as it is.")
    if worth.amount_minor < earlier.worth_minor:
        raise ProgrammeRefusedError("People hold points. They may be worth more, but never less.")


def _give(tx: Tx, given: Given, programme: Programme, *, now_ms: int) -> None:
    lapses_at_ms = programme.lapses_at(now_ms)
    repository.put_holder(tx, given.brand_id, given.person_id, lapses_at_ms=lapses_at_ms)
    _move(
        tx,
        derived_id("points.earn", given.source_kind, given.source_id),
        given.brand_id,
        given.person_id,
        given.earned_points,
        purpose=Purpose.POINTS_EARNED,
        reference=given.source_id,
        now_ms=now_ms,
    )


def _take_back(tx: Tx, given: Given, due: int, *, now_ms: int) -> None:
    repository.update_due(tx, given, due)
    has = wallet.posted(tx, points_place(given.brand_id, given.person_id))
    points = min(due - given.due_points, has)
    if points:
        _move(
            tx,
            derived_id("points.back", given.source_kind, given.source_id, str(due)),
            given.brand_id,
            given.person_id,
            -points,
            purpose=Purpose.POINTS_BACK,
            reference=given.source_id,
            now_ms=now_ms,
        )


def _move(
    tx: Tx,
    transfer_id: str,
    brand_id: str,
    person_id: str,
    points: int,
    *,
    purpose: Purpose,
    reference: str = "",
    now_ms: int,
) -> None:
    """Move points to the person, or with a minus back to where they came from."""
    issued, held = issued_place(brand_id), points_place(brand_id, person_id)
    for place in (issued, held):
        wallet.open_account(tx, place, now_ms=now_ms)
    debit, credit = (issued, held) if points > 0 else (held, issued)
    wallet.post_transfer(
        tx,
        transfer_id,
        debit_id=debit.id,
        credit_id=credit.id,
        money=Points(min(abs(points), AMOUNT_MINOR_MAX), POINTS),
        purpose=purpose,
        actor_id="platform" if purpose is not Purpose.POINTS_REDEEMED else person_id,
        reference=reference,
        now_ms=now_ms,
    )
