"""A worker whose language wall has been broken, and that lies to the host in any message.

It runs in the raw box, takes the socket over and follows a script: for each message that it gets
it writes the next pieces of the script.  Messages are msgpack, written out beforehand here.
"""

import asyncio
from typing import Any

from runtime import messages as m
from runtime.connection import Connection
from runtime.group import Group
from runtime.pool import ProgramCode
from runtime.protocol import frame
from tests.runtime.programs import Running

# Answers "load" and each event with one entry of SCRIPT; the last one stands for all that follow.
_PROGRAM = """
import os, signal, time
signal.setitimer(signal.ITIMER_PROF, 0)
def write(data):
    while data:
        data = data[os.write(3, data):]
def read(size):
    data = b""
    while len(data) < size:
        data += os.read(3, size - len(data))
    return data
write(HELLO)
n = 0
while True:
    read(int.from_bytes(read(4), "little"))
    for piece in SCRIPT[min(n, len(SCRIPT) - 1)]:
        write(piece)
    n += 1
"""


def said(*message: Any) -> bytes:
    """Return a message as a worker would write it, whatever is in it."""
    return frame(list(message))


LOADED = said(2)


def reply(event: Any = 1, changed: Any = b'{"n":2}', **fields: Any) -> bytes:
    """Return the reply to an event, with some fields other than they should be."""
    honest: dict[str, Any] = {
        "removed": [], "result": b"null", "effects": b"[]", "logs": [], "cpu_us": 7,
    }  # fmt: skip
    return said(4, event, changed, *(honest | fields).values())


async def employ_liar(shop: Running, key: str, *script: bytes | list[bytes]) -> Connection:
    """Give the program ``key`` a worker that answers by ``script`` (its "loaded" comes first)."""
    worker = await shop.pool.open_raw()
    pieces = [[LOADED], *([each] if isinstance(each, bytes) else each for each in script)]
    hello = frame(m.RawResult("value", "null", ""))
    source = f"HELLO = {hello!r}\nSCRIPT = {pieces!r}\n{_PROGRAM}"
    async with asyncio.timeout(5):
        await worker.run_raw(m.RunRaw(source, False, ""), 5)
    group = Group(ProgramCode(key, shop.code))
    shop.pool._groups[key] = group
    shop.pool._hire(group, worker)
    return worker
