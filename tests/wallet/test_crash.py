"""kill -9 loses nothing that was acknowledged."""

from tests import crash


def test_a_killed_host_loses_and_doubles_nothing() -> None:
    """Three kills in the middle of posting; `python -m tests.crash --loops 200` does more."""
    tally = crash.run(3)

    assert (set(), set(), []) == (tally.lost, tally.doubled, tally.breaks)
    assert len(tally.acknowledged) > 0
