"""A host for a test to kill: starts a pool, keeps a worker busy, tells the process ids."""

import asyncio
import socket
import sys
from pathlib import Path

from tests.runtime.programs import running


async def main(descriptor: int) -> None:
    """Tell the ids over the socket, then compute in a worker until killed."""
    async with running() as shop:
        await shop.run("twice")
        zygote = shop.pool.zygote_pid
        busy = asyncio.create_task(shop.run("spin_in_c"))
        await asyncio.sleep(0.1)
        children = _children(zygote)
        pids = [str(zygote), *children, *map(str, shop.pool.worker_pids("shop-1"))]
        with socket.socket(fileno=descriptor) as told:
            told.sendall(" ".join(pids).encode())
        await busy


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
