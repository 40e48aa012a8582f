"""What the host makes of a reply: a worker may send anything that has the right shape."""

import asyncio
from typing import Any

import msgspec
import pytest

from runtime import messages as m
from runtime import plain
from runtime.job import Job
from runtime.pool import Effect, Event
from runtime.protocol import ProtocolViolationError
from tests.runtime.programs import no_calls


def _job(state: dict[str, Any]) -> Job:
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    return Job(Event("e", "p", "h", state), no_calls, msgspec.json.encode(state), future)


def _reply(**fields: Any) -> m.Reply:
    given: dict[str, Any] = {"changed": b"{}", "removed": [], "result": b"null", "effects": b"[]"}
    return m.Reply(event=1, logs=[], cpu_us=1, **(given | fields))


class TestFinish:
    """A reply becomes an outcome, or the worker is found to lie."""

    async def test_changed_and_removed(self) -> None:
        """Removed attributes are gone from the state and None among the changes."""
        job = _job({"a": 1, "b": 2})
        job.finish(_reply(changed=b'{"a":5}', removed=["b"]), state_bytes_max=1000)

        assert {"a": 5} == job.future.result().state
        assert {"a": 5, "b": None} == job.future.result().changed

    async def test_an_effect_of_the_contract(self) -> None:
        """Comes with its defaults filled in."""
        job = _job({})
        job.finish(_reply(effects=b'[["ui.toast",{"text":"Hi"}]]'), state_bytes_max=1000)

        assert (Effect("ui.toast", {"text": "Hi", "kind": "info"}),) == job.future.result().effects

    @pytest.mark.parametrize(
        "fields",
        [
            {"changed": b"[1]"},
            {"changed": b"{"},
            {"changed": b'{"a":' + b"[" * 100 + b"]" * 100 + b"}"},
            {"changed": b'{"a":"' + b"x" * 2000 + b'"}'},
            {"result": b"NaN"},
            {"result": b"[" * 100 + b"]" * 100},
            {"effects": b"{}"},
            {"effects": b'[["ui.toast"]]'},
            {"effects": b'[["orders.create",{"lines":[]}]]'},
            {"effects": b'[["ui.toast",{"text":"","kind":"evil"}]]'},
            {"effects": b'[["shell.run",{}]]'},
        ],
    )
    async def test_a_lie_is_refused_before_anything_is_given_out(
        self, fields: dict[str, bytes]
    ) -> None:
        """Bad JSON, too deep, too large, or effects that nobody may have."""
        job = _job({})

        with pytest.raises((ProtocolViolationError, plain.NotPlainError)):
            job.finish(_reply(**fields), state_bytes_max=1000)

        assert not job.future.done()
