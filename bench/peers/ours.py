"""Ours, measured as the peers are."""

# ruff: noqa: D102  (what each method does is said once, in Peer)

from typing import Any

from bench.memory import tree_pss_mb
from bench.page import CHANGED, PAGE, PAYLOAD, STATE
from bench.peers.kinds import Peer, PeerFailedError
from runtime.pool import CallRequest, Event, Pool, PoolSettings, ProgramCode


class Hutong(Peer):
    """A worker process per program."""

    name = "Hutong"
    about = "a process per program behind four walls, with its deadlines and limits counted"
    version = "(this checkout)"

    @classmethod
    def find(cls) -> None:
        """It is here."""

    async def open(self) -> None:
        settings = PoolSettings(workers_per_program_max=1)
        self._pool = Pool(settings, on_incident=lambda *_incident: None)
        await self._pool.start()
        self._code = await self._pool.compile({"page.py": PAGE})
        self._count = 0
        self._first = self._new_program()
        await self.ask()

    async def close(self) -> None:
        await self._pool.stop()

    async def ask(self) -> None:
        await self._run(self._first)

    async def start_next(self, *, keep: bool) -> None:
        program = self._new_program()
        await self._run(program)
        if not keep:
            self._pool.retire(program.key)

    def weigh(self) -> float:
        return tree_pss_mb(self._pool.zygote_pid)

    def _new_program(self) -> ProgramCode:
        self._count += 1
        return ProgramCode(f"program-{self._count}", self._code)

    async def _run(self, program: ProgramCode) -> None:
        event = Event("e", "page", "change", STATE, PAYLOAD)
        outcome = await self._pool.run_event(program, event, _answer)
        if outcome.changed != CHANGED:
            raise PeerFailedError(f"it answered {outcome.changed!r}")


async def _answer(_request: CallRequest) -> Any:
    raise PeerFailedError("the handler called the host")
