"""Daily files say what the ledger says, and say the same whenever they are asked for."""

import csv
import io

import pytest

from host.core.errors import BadInputError
from host.core.sqlite import SqliteDatabase
from host.settlement import service
from host.settlement.errors import FileNotReadyError
from host.settlement.model import DAY_MS
from host.settlement.money_model import DailyFile, FileKind
from host.settlement.split_model import Receiver, ReceiverKind
from tests.conftest import START_MS
from tests.settlement import make

DAY = "2026-11-20"
AFTER_MS = make.NEXT_DAY_MS + 10 * 60_000


async def file(
    db: SqliteDatabase, kind: FileKind, day: str = DAY, *, bom: bool = False, now_ms: int = AFTER_MS
) -> DailyFile:
    """Return a file of the tea house."""
    return await db.read(service.make_file, make.TEA, kind, day, has_bom=bom, now_ms=now_ms)


def rows(made: DailyFile) -> list[dict[str, str]]:
    """Return the lines of a file."""
    return list(csv.DictReader(io.StringIO(made.content.decode("utf-8-sig"))))


async def test_the_files_sum_to_the_ledger(db: SqliteDatabase) -> None:
    """In less out is what the accounts have; the trade's net is what came of trading."""
    await make.brands(db, "farm")
    await make.earn(db, "p1", 10_000, 60)
    await make.earn(db, "p2", 500, 3)
    await make.refund(db, "p1", "r1", 2_500)
    await db.write(
        service.split_earning, request_id="s1", brand_id=make.TEA, actor_id="owner",
        source_kind="payment", source_id="p2",
        receivers=[Receiver(ReceiverKind.BRAND, "farm", 100)], now_ms=START_MS,
    )  # fmt: skip
    pending_minor, _ = await make.has(db)

    trade, flow = [rows(await file(db, kind)) for kind in FileKind]

    assert ["payment", "payment", "refund"] == [row["type"] for row in trade[:-1]]
    total = trade[-1]
    assert ("3", "80.00", "0.48", "79.52") == (
        total["type"], total["amount"], total["fee"], total["net"],
    )  # fmt: skip
    sums = {row["account"]: row for row in flow if row["time"] == "total"}
    assert f"{pending_minor / 100:.2f}" == sums["pending"]["balance"]
    came, went = float(sums["pending"]["in"]), float(sums["pending"]["out"])
    assert pending_minor == round((came - went) * 100)
    # Trading alone: without what was divided.
    assert float(total["net"]) == round(came - went + 1.00, 2)


async def test_a_past_day_gives_the_same_bytes(db: SqliteDatabase) -> None:
    """Whatever happens later: other days, refunds of that day's payments, settlements."""
    await make.earn(db, "p1", 10_000, 60)
    before = [await file(db, kind) for kind in FileKind]

    await make.settle(db)
    await make.earn_later(db, "p2", 700, now_ms=make.NEXT_DAY_MS + 1)
    await make.refund(db, "p1", "r1", 10_000, now_ms=make.NEXT_DAY_MS + 2)
    after = [await file(db, kind, now_ms=AFTER_MS + 9 * DAY_MS) for kind in FileKind]

    assert before == after
    next_day = rows(await file(db, FileKind.TRADE, "2026-11-21", now_ms=AFTER_MS + DAY_MS))
    assert ["7.00", "-100.00", "-93.00"] == [row["amount"] for row in next_day]
    with_bom = await file(db, FileKind.TRADE, bom=True)
    assert b"\xef\xbb\xbf" + before[0].content == with_bom.content
    assert len(before[0].sha256) == 64 and before[0].sha256 != with_bom.sha256  # noqa: PT018


async def test_a_day_that_is_not_over_has_no_file(db: SqliteDatabase) -> None:
    """Nor has what is no day."""
    for now_ms in (START_MS, AFTER_MS - 1):
        with pytest.raises(FileNotReadyError):
            await file(db, FileKind.TRADE, now_ms=now_ms)
    for day in ("2026-11-31", "20261120", "1969-12-31", "２０２６-11-20", "x"):
        with pytest.raises(BadInputError):
            await file(db, FileKind.TRADE, day)
    empty = await file(db, FileKind.FUND_FLOW, "2026-11-01")
    assert 2 == empty.content.count(b"\r\n")
