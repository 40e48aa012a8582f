"""Peers run the same handler; one that cannot be had is said by name."""

import sys

import pytest

from bench import __main__ as command
from bench.measure import Result
from bench.peers import compare, fetch
from bench.peers.kinds import PlainPython
from bench.peers.ours import Hutong
from bench.peers.talk import PeerFailedError


def _figures(name: str, *, missing: str = "") -> compare.Figures:
    made = compare.Figures(name, "1.0", "its walls", missing=missing)
    made.first_ms, made.next_ms, made.event_us = [10.0, 30.0, 20.0], [2.0], [100.0, 200.0, 300.0]
    made.rates, made.memory_first, made.memory_next = [5000.0], 40.0, 4.0
    return made


class TestPeers:
    """Ours and theirs, asked the same way."""

    async def test_ours_and_a_process_answer_alike(self) -> None:
        """Both run the handler in a first program and in others; each adds memory."""
        for kind in (Hutong, PlainPython):
            kind.find()
            peer = kind()
            await peer.open()
            try:
                await peer.ask()
                await peer.start_next(keep=False)
                before = await compare.weigh_at_rest(peer)
                await peer.start_next(keep=True)

                assert await compare.weigh_at_rest(peer) > before + 1
            finally:
                await peer.close()

    async def test_a_peer_that_does_something_else_is_not_quick_but_wrong(self) -> None:
        """An answer without the change is a failure, not a figure."""

        class Liar(PlainPython):
            command = (sys.executable, "-c", "while input(): print('{}', flush=True)")

        liar = Liar()
        with pytest.raises(PeerFailedError, match="answered"):
            await liar.open()
        await liar.close()

    def test_what_cannot_be_fetched_says_why(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A processor without a package is named."""
        monkeypatch.setattr("platform.machine", lambda: "abacus")

        with pytest.raises(fetch.NotAvailableError, match="abacus"):
            fetch.npm_program("deno")


class TestTable:
    """What a person reads."""

    def test_ratios_are_to_ours_and_what_is_missing_is_named(self) -> None:
        """Nothing is dropped silently."""
        ours, other = _figures("Hutong"), _figures("Other")
        other.rates = [10000.0]
        lines = compare.table([ours, other, _figures("deno", missing="no package")]).splitlines()

        (row,) = (line for line in lines if "Other" in line and "[" in line)
        assert "10,000 [2.00]" in row
        assert "20.0 [1.00]" in row
        assert "deno: not available: no package" in lines
        assert "Other 1.0: its walls" in lines

    def test_every_figure_is_a_result(self) -> None:
        """`--json` has them all, each with its reference."""
        found = compare.results([_figures("Hutong"), _figures("deno", missing="no package")])

        assert len(compare.COLUMNS) == len(found)
        assert Result("Hutong: event p50", 200.0, "µs", 200.0, 1.0) in found

    def test_peers_go_with_the_runtime(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Nothing is fetched for a bench that has no use for it."""
        monkeypatch.setattr("sys.argv", ["bench", "ledger", "--peers"])

        with pytest.raises(SystemExit):
            command.main()

        assert "go with runtime" in capsys.readouterr().err
