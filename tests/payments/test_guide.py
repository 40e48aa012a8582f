"""docs/payments.md: its shop runs as it stands there, and its tables are those of the code."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from host.core.settings import Settings
from host.payments import secrets
from host.payments.model import KeyRole, Mode
from host.payments.sandbox import LATE_MS, MAGIC_AMOUNTS
from host.payments.service import keys
from host.payments.service.notices import RETRY_S
from host.serve import open_deps
from tests.e2e.host_process import ROOT, HostProcess
from tests.market import make
from tests.payments.test_facade import wait_for

GUIDE = (ROOT / "docs" / "payments.md").read_text(encoding="utf-8")
UNITS = ((3600, "h"), (60, "min"), (1, "s"))


def test_the_tables_are_those_of_the_code() -> None:
    """Waits between attempts, and amounts that make something happen."""
    waits = ", ".join(
        next(f"{wait // size} {unit}" for size, unit in UNITS if wait % size == 0)
        for wait in RETRY_S
    )

    assert f"**{waits}**" in GUIDE
    assert {amount: fault.value for amount, fault in MAGIC_AMOUNTS.items()} == {
        int(amount): fault
        for amount, fault in re.findall(r"^\| (\d+) \| (\w+):", GUIDE, re.MULTILINE)
    }
    assert f"{LATE_MS // 1000} s later" in GUIDE


@pytest.fixture
async def token(tmp_path: Path) -> str:
    """A data folder with a shop, and the shop's test key."""
    folder = Settings(data_dir=tmp_path / "data", demo=False)
    async with open_deps(folder, with_runtime=False) as deps:
        lane = await make.lane(deps.db)
        key = await deps.db.write(
            keys.create_key, lane.brand_id, actor_id=lane.seller_id, mode=Mode.TEST,
            role=KeyRole.FULL, label="server", now_ms=deps.now_ms(),
        )  # fmt: skip
        return secrets.key_token(deps.settings.secret_key, key)


def test_the_shop_of_the_guide_sells_each_tea_once(token: str, tmp_path: Path) -> None:
    """It leads to the cashier, hears each payment twice (40004), and counts it once."""
    host = HostProcess(tmp_path / "data", notice_loopback="1")
    host.start()
    try:
        with shop(host, token, tmp_path) as url:
            numbers = [buy(host, url, token) for _ in range(2)]
            auth = {"Authorization": f"Bearer {token}"}
            events = wait_for(lambda: told_twice(host, auth))

            assert sorted(numbers) == sorted(httpx.get(f"{url}/paid").text.split())
            assert 2 == len(events)
            assert 400 == httpx.post(f"{url}/notices", content=b"{}").status_code
    finally:
        host.stop()


def buy(host: HostProcess, url: str, token: str) -> str:
    """Buy a tea, let it be paid, and return its number."""
    to = httpx.get(f"{url}/buy").headers["Location"]
    assert to.startswith(f"{host.url}/pay/pp")
    auth = {"Authorization": f"Bearer {token}"}
    base = f"{host.url}/api/v1/payments/orders"
    listed = httpx.get(f"{base}?status=created&limit=1", headers=auth).json()
    number = str(listed["orders"][0]["out_trade_no"])
    paid = httpx.post(f"{base}/{number}/test-payment", headers=auth)
    assert 200 == paid.status_code, paid.text
    return number


def told_twice(host: HostProcess, auth: dict[str, str]) -> list[str]:
    """Return the events once each was taken twice; nothing before."""
    base = f"{host.url}/api/v1/payments/events"
    ids = [each["id"] for each in httpx.get(base, headers=auth).json()["events"]]
    for event_id in ids:
        told = httpx.get(f"{base}/{event_id}", headers=auth).json()
        attempts = told["deliveries"][0]["attempts"]
        if [204, 204] != [attempt["http_status"] for attempt in attempts]:
            return []
    return ids


@contextmanager
def shop(host: HostProcess, token: str, folder: Path) -> Iterator[str]:
    """Run the shop of the guide; yield its address."""
    (code,) = re.findall(r'```python\n("""A shop of one tea.*?)```', GUIDE, re.DOTALL)
    path = folder / "shop.py"
    path.write_text(code, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environ = {"HUTONG_URL": host.url, "HUTONG_PAY_KEY": token, "PORT": str(port), "PRICE": "40004"}
    with (
        (folder / "shop.log").open("w") as log,
        subprocess.Popen(
            [sys.executable, str(path)], env=os.environ | environ, stdout=log, stderr=log
        ) as process,
    ):
        try:
            wait_for(lambda: is_up(port))
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def is_up(port: int) -> bool:
    """Tell whether somebody listens."""
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0
