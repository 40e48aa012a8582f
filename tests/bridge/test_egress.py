"""The way out: what may be sent, to which address, and what comes back."""

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from host.bridge.http_request import read_answer
from host.core.egress import ANSWER_BYTES_MAX, PROGRAM_REQUESTS_MAX, Egress, Request
from host.core.egress_rules import read_url
from host.core.settings import Settings
from runtime.model import CallRefusedError
from tests.bridge.outside import HOST, Authority, Outside, make_authority, resolver, serve


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority that vouches for the server."""
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
async def outside(authority: Authority) -> AsyncIterator[Outside]:
    """A server of somebody else."""
    async with serve(authority) as running:
        yield running


@pytest.fixture
def egress(settings: Settings, authority: Authority, outside: Outside) -> Egress:
    """A way out for which the server is one of the operator's own."""
    own = dataclasses.replace(
        settings,
        egress_ca_file=str(authority.ca),
        egress_private_hosts=f"{HOST}:{outside.port}",
    )
    return Egress(own, resolve=resolver(["127.0.0.1"]))


def request(egress: Egress, outside: Outside, path: str = "/", **more: Any) -> Request:
    """Return a request to the server."""
    target = read_url(
        f"https://{HOST}:{outside.port}{path}",
        declared=[HOST],
        private_hosts=egress.private_hosts,
    )
    given = {"method": "GET", "headers": {}, "body": b"", "program_id": "lane.test.shop"} | more
    return Request(target=target, **given)


async def refusal(egress: Egress, asked: Request) -> str:
    """Return the code with which a request is refused."""
    with pytest.raises(CallRefusedError) as refused:
        await egress.send(asked)
    return refused.value.code


class TestSending:
    """Names are looked up once, and what leads inside is not connected to."""

    async def test_a_name_that_leads_inside_is_not_connected_to(
        self, settings: Settings, authority: Authority, outside: Outside
    ) -> None:
        """A public name with a private address, alone or among public ones."""
        own = dataclasses.replace(settings, egress_ca_file=str(authority.ca))
        target = read_url(f"https://{HOST}/", declared=[HOST], private_hosts={})
        target = dataclasses.replace(target, port=outside.port)
        for addresses in (["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::ffff:127.0.0.1"]):
            egress = Egress(own, resolve=resolver(addresses))
            asked = Request("GET", target, {}, b"", "lane.test.shop")
            assert await refusal(egress, asked) == "network-refused"
        assert outside.connections == 0

    async def test_a_name_is_looked_up_once(
        self, settings: Settings, authority: Authority, outside: Outside
    ) -> None:
        """Rebinding: the second meaning of the name is never asked for within a request."""
        own = dataclasses.replace(
            settings,
            egress_ca_file=str(authority.ca),
            egress_private_hosts=f"{HOST}:{outside.port}",
        )
        egress = Egress(own, resolve=resolver(["127.0.0.1"], ["169.254.169.254"]))

        answer = await egress.send(request(egress, outside))
        second = await refusal(egress, request(egress, outside))

        assert (answer.status, second, outside.connections) == (200, "network-refused", 1)

    async def test_a_name_without_an_address_fails(
        self, settings: Settings, outside: Outside
    ) -> None:
        """The program is told that the name could not be found."""

        async def nowhere(_name: str, _port: int) -> list[str]:
            raise OSError("no such name")

        for resolve in (nowhere, resolver([])):
            egress = Egress(settings, resolve=resolve)
            target = read_url(f"https://{HOST}/", declared=[HOST], private_hosts={})
            asked = Request("GET", target, {}, b"", "lane.test.shop")
            assert await refusal(egress, asked) == "network-failed"
        assert outside.connections == 0

    async def test_the_server_sees_who_is_asking(self, egress: Egress, outside: Outside) -> None:
        """One host, one length, the lane and the program by name, no cookie, no compression."""
        asked = request(
            egress, outside, "/v1?q=%20", method="POST", headers={"X-Key": "a b"}, body=b"{}"
        )
        await egress.send(asked)

        head, _, body = outside.requests[0].partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        names = [line.partition(":")[0].lower() for line in lines[1:]]
        assert lines[0] == "POST /v1?q=%20 HTTP/1.1"
        assert sorted(names) == sorted(set(names))
        assert f"Host: {HOST}:{outside.port}" in lines
        assert "X-Key: a b" in lines
        assert any(
            line.startswith("User-Agent: Hutong/")
            and line.endswith("(mini-program lane.test.shop)")
            for line in lines
        )
        assert "cookie" not in names
        assert body == b"{}"


class TestAnswers:
    """What comes back, and what does not."""

    async def test_a_redirect_is_an_answer(self, egress: Egress, outside: Outside) -> None:
        """It is not followed: not to another host, not on the same one."""
        outside.answer = (
            b"HTTP/1.1 302 Found\r\nLocation: https://evil.example/\r\nContent-Length: 0\r\n\r\n"
        )

        answer = await egress.send(request(egress, outside))

        assert (answer.status, answer.headers["location"]) == (302, "https://evil.example/")
        assert len(outside.requests) == 1

    async def test_a_cookie_is_not_kept(self, egress: Egress, outside: Outside) -> None:
        """The next request, of this or another program, does not carry it, nor is it told."""
        outside.answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nContent-Length: 0\r\n\r\n"

        answer = await egress.send(request(egress, outside))
        await egress.send(request(egress, outside))

        assert b"a=1" not in outside.requests[1]
        assert "set-cookie" not in read_answer(answer)["headers"]

    async def test_the_environments_proxy_is_not_used(
        self, egress: Egress, outside: Outside, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A proxy would look the name up again, wherever it likes."""
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")

        answer = await egress.send(request(egress, outside))

        assert answer.status == 200

    async def test_a_certificate_of_another_name_is_refused(
        self, settings: Settings, tmp_path: Path
    ) -> None:
        """The connection goes to an address; the certificate must still be the name's."""
        wrong = make_authority(tmp_path, name="other.lane.example")
        async with serve(wrong) as outside:
            own = dataclasses.replace(
                settings,
                egress_ca_file=str(wrong.ca),
                egress_private_hosts=f"{HOST}:{outside.port}",
            )
            egress = Egress(own, resolve=resolver(["127.0.0.1"]))
            assert await refusal(egress, request(egress, outside)) == "network-failed"
            assert outside.requests == []

    async def test_an_authority_that_nobody_knows_is_refused(
        self, settings: Settings, outside: Outside
    ) -> None:
        """Without the operator's file the server is a stranger."""
        own = dataclasses.replace(settings, egress_private_hosts=f"{HOST}:{outside.port}")
        egress = Egress(own, resolve=resolver(["127.0.0.1"]))

        assert await refusal(egress, request(egress, outside)) == "network-failed"
        assert outside.requests == []

    async def test_the_second_address_is_tried(
        self, settings: Settings, authority: Authority, outside: Outside
    ) -> None:
        """A machine that is down does not take the name with it."""
        own = dataclasses.replace(
            settings,
            egress_ca_file=str(authority.ca),
            egress_private_hosts=f"{HOST}:{outside.port}",
        )
        egress = Egress(own, resolve=resolver(["127.0.0.9", "127.0.0.1"]))

        assert (await egress.send(request(egress, outside))).status == 200

    async def test_a_slow_drip_is_cut_off(self, egress: Egress, outside: Outside) -> None:
        """A byte now and then keeps nobody waiting: the time is for everything together."""
        egress.total_timeout_s = 0.5

        async def drip(_request: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            for _ in range(100):
                writer.write(b".")
                await writer.drain()
                await asyncio.sleep(0.1)

        outside.reply = drip
        began = time.monotonic()

        assert await refusal(egress, request(egress, outside)) == "network-timeout"
        assert time.monotonic() - began < 2

    async def test_a_slow_server_of_names_is_cut_off(
        self, settings: Settings, outside: Outside
    ) -> None:
        """Looking the name up counts as well."""

        async def never(_name: str, _port: int) -> list[str]:
            await asyncio.sleep(60)
            return []

        egress = Egress(settings, resolve=never)
        egress.total_timeout_s = 0.2
        target = read_url(f"https://{HOST}/", declared=[HOST], private_hosts={})

        code = await refusal(egress, Request("GET", target, {}, b"", "lane.test.shop"))

        assert (code, outside.connections) == ("network-timeout", 0)

    @pytest.mark.parametrize("is_chunked", [True, False])
    async def test_an_oversize_answer_is_cut(
        self, egress: Egress, outside: Outside, *, is_chunked: bool
    ) -> None:
        """Reading stops at the limit, whatever length was promised; text is cut, JSON refused."""
        sent = 0

        async def flood(_request: bytes, writer: asyncio.StreamWriter) -> None:
            nonlocal sent
            length = b"Transfer-Encoding: chunked" if is_chunked else b"Content-Length: 999999999"
            writer.write(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n\r\n")
            piece = b"x" * 65536
            for _ in range(1000):
                writer.write(b"10000\r\n" + piece + b"\r\n" if is_chunked else piece)
                await writer.drain()
                sent += len(piece)

        outside.reply = flood

        answer = await egress.send(request(egress, outside))

        assert (len(answer.body), answer.is_cut) == (ANSWER_BYTES_MAX, True)
        assert sent < 20 * ANSWER_BYTES_MAX
        assert read_answer(answer)["truncated"] is True
        as_json = dataclasses.replace(answer, headers={"content-type": "application/json"})
        with pytest.raises(CallRefusedError) as refused:
            read_answer(as_json)
        assert refused.value.code == "too-large"

    @pytest.mark.parametrize(
        "answer",
        [
            b"not http at all\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
            b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello",
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok",
            b"HTTP/1.1 200 OK\r\nX: " + b"a" * 300_000 + b"\r\n\r\n",
            b"",
        ],
    )
    async def test_an_answer_that_is_none_fails(
        self, egress: Egress, outside: Outside, answer: bytes
    ) -> None:
        """Broken, torn, packed or with endless headers."""
        outside.answer = answer

        assert await refusal(egress, request(egress, outside)) == "network-failed"

    async def test_one_program_cannot_take_every_way_out(
        self, egress: Egress, outside: Outside
    ) -> None:
        """Its next request is refused while others' go through."""
        gate = asyncio.Event()

        async def wait(_request: bytes, writer: asyncio.StreamWriter) -> None:
            await gate.wait()
            writer.write(outside.answer)
            await writer.drain()

        outside.reply = wait
        asked = request(egress, outside)
        tasks = [asyncio.create_task(egress.send(asked)) for _ in range(PROGRAM_REQUESTS_MAX)]
        await asyncio.sleep(0)
        code = await refusal(egress, asked)
        other = asyncio.create_task(
            egress.send(dataclasses.replace(asked, program_id="lane.test.other"))
        )
        gate.set()

        assert code == "too-many-calls"
        assert (await other).status == 200
        assert {(await task).status for task in tasks} == {200}
        assert (await egress.send(asked)).status == 200
