"""WeChat Pay's own library, unchanged but for its gateway, against a host of its own."""

import json
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from wechatpayv3 import WeChatPay, WeChatPayType

from host.core.settings import Settings
from host.payments import pairs, secrets
from host.payments.facade.platform import platform
from host.payments.model import KeyRole, Mode
from host.payments.service import keys
from host.serve import open_deps
from tests.e2e.host_process import HostProcess
from tests.market import make

APP_ID = "lane.test.shop"


@pytest.fixture
async def seeded(tmp_path: Path) -> dict[str, str]:
    """A data folder with a shop that has a test key of each interface."""
    private = pairs.new_key()
    async with open_deps(
        Settings(data_dir=tmp_path / "data", demo=False), with_runtime=False
    ) as deps:
        lane = await make.lane(deps.db)
        made = {}
        for name, public in (("v3", pairs.public_pem(private)), ("lane", "")):
            made[name] = await deps.db.write(
                keys.create_key, lane.brand_id, actor_id=lane.seller_id, mode=Mode.TEST,
                role=KeyRole.FULL, label=name, public_key=public, now_ms=deps.now_ms(),
            )  # fmt: skip
        secret_key = deps.settings.secret_key
        at = platform(deps.settings.data_dir)
        return {
            "mchid": lane.brand_id,
            "serial": made["v3"].id,
            "private": pairs.private_pem(private).decode(),
            "v3_key": secrets.v3_key(secret_key, lane.brand_id, Mode.TEST),
            "token": secrets.key_token(secret_key, made["lane"]),
            "public_key_id": at.public_key_id,
            "public_key": at.public_key_pem,
        }


@pytest.fixture
def notices() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A server that takes notices, and what it got."""
    got: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((dict(self.headers.items()), body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (as above)
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/wechat-notices", got
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("trust", ["certificate", "public key"])
def test_the_library_orders_asks_closes_refunds_and_reads_notices(
    seeded: dict[str, str],
    notices: tuple[str, list[tuple[dict[str, str], bytes]]],
    tmp_path: Path,
    trust: str,
) -> None:
    """Every answer is verified by the library, and each notice opened with its `callback`."""
    url, got = notices
    host = HostProcess(tmp_path / "data", notice_loopback="1")
    host.start()
    try:
        pay = library(host, seeded, url, trust)
        code, text = pay.pay(description="Tea", out_trade_no="v3-1", amount={"total": 12_800})
        assert (200, True) == (code, json.loads(text)["code_url"].startswith(f"{host.url}/pay/pp"))
        assert "NOTPAY" == json.loads(pay.query(out_trade_no="v3-1")[1])["trade_state"]
        paid = httpx.post(
            f"{host.url}/api/v1/payments/orders/v3-1/test-payment",
            headers={"Authorization": f"Bearer {seeded['token']}"},
        )
        assert 200 == paid.status_code, paid.text

        told = wait_for(lambda: got and pay.callback(*got[0]))
        assert ("TRANSACTION.SUCCESS", "v3-1") == (
            told["event_type"], told["resource"]["out_trade_no"],
        )  # fmt: skip
        by_id = pay.query(transaction_id=told["resource"]["transaction_id"])
        assert "SUCCESS" == json.loads(by_id[1])["trade_state"]

        code, text = pay.refund(
            out_refund_no="back-1", amount={"refund": 800, "total": 12_800, "currency": "CNY"},
            out_trade_no="v3-1", reason="cold",
        )  # fmt: skip
        assert (200, "SUCCESS") == (code, json.loads(text)["status"])
        assert 800 == json.loads(pay.query_refund("back-1")[1])["amount"]["refund"]
        back = wait_for(lambda: len(got) > 1 and pay.callback(*got[1]))
        assert ("REFUND.SUCCESS", "SUCCESS") == (
            back["event_type"], back["resource"]["refund_status"],
        )  # fmt: skip

        assert 200 == pay.pay(
            description="Tea", out_trade_no="v3-2", amount={"total": 1},
            payer={"openid": "o1"}, pay_type=WeChatPayType.JSAPI,
        )[0]  # fmt: skip
        assert 204 == pay.close("v3-2")[0]
        assert "CLOSED" == json.loads(pay.query(out_trade_no="v3-2")[1])["trade_state"]
        refused = [pay.query(out_trade_no="none"), pay.close("v3-1")]
        assert [(404, "ORDER_NOT_EXIST"), (400, "ORDERPAID")] == [
            (code, json.loads(text)["code"]) for code, text in refused
        ]
        tampered = dict(seeded, private=pairs.private_pem(pairs.new_key()).decode())
        code, text = library(host, tampered, url, "public key").query(out_trade_no="v3-1")
        assert (401, "SIGN_ERROR") == (code, json.loads(text)["code"])
    finally:
        assert 0 == host.stop()


def library(host: HostProcess, at: dict[str, str], url: str, trust: str) -> WeChatPay:
    """Return the library with its gateway changed, which it takes from no argument."""
    known = {"public_key": at["public_key"], "public_key_id": at["public_key_id"]}
    pay = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE, mchid=at["mchid"], private_key=at["private"],
        cert_serial_no=at["serial"], apiv3_key=at["v3_key"], appid=APP_ID, notify_url=url,
        timeout=(10, 30), **known,
    )  # fmt: skip
    pay._core._gate_way = f"{host.url}/wechat"
    if trust == "certificate":
        pay._core._public_key = pay._core._public_key_id = None
        pay._core._init_certificates()
    return pay


def wait_for(look: Callable[[], Any]) -> Any:
    """Return what ``look`` finds; it comes when the host has sent it."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it never came")
