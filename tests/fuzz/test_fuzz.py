"""The same thousands of odd inputs at every run; ``python -m tests.fuzz`` looks for new ones."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz import __main__ as command
from tests.fuzz import guided
from tests.fuzz.engine import Subject, fuzz_alike
from tests.fuzz.subjects import SUBJECTS
from tests.redteam.judge import ROOT


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS.keys())
def test_odd_input_is_refused_or_understood(subject: Subject) -> None:
    """No input makes the host crash, hang, or take what it should refuse."""
    fuzz_alike(subject)


def test_the_command_sums_up() -> None:
    """``python -m tests.fuzz`` says how many inputs passed and ends well when all did."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "--seconds", "0.2", "manifest"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].endswith(" passed, 0 failed")


def test_guided_without_atheris_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It does not fall back to another kind of fuzzing silently."""
    monkeypatch.setattr(guided, "is_available", lambda: False)
    monkeypatch.setattr("sys.argv", ["fuzz", "--guided", "manifest"])

    with pytest.raises(SystemExit) as ended:
        command.main()

    assert 2 == ended.value.code
    assert "pip install '.[fuzz]'" in capsys.readouterr().err


@pytest.mark.skipif(not guided.is_available(), reason="Atheris is an extra")
def test_a_guided_run_counts_its_inputs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A subject without faults passes, and what it has learned is kept."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    tally = guided.fuzz_guided("manifest", 2)

    assert [] == tally.failures
    assert tally.passed > 0
    assert any(guided.corpus("manifest").iterdir())
