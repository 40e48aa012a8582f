"""No published way out of a Python sandbox leads out of ours, and no way of our own invention.

``python -m tests.redteam FILE.jsonl`` judges any other file of the same form.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.redteam.box import Box
from tests.redteam.judge import BOX_LAYERS, ROOT, Case, LanguageJudge, box_problem, read_cases

CASES = [
    *read_cases(ROOT / "tests/data/escape_payloads.jsonl"),
    *read_cases(ROOT / "tests/redteam/cases.jsonl"),
    *read_cases(ROOT / "tests/redteam/cases_more.jsonl"),
    *read_cases(ROOT / "tests/redteam/cases_language.jsonl"),
    *read_cases(ROOT / "tests/redteam/cases_fresh.jsonl"),
]
# Bombs for the compiler never reach a worker without the language wall in another form.
BOX_CASES = [case for case in CASES if case.layer in BOX_LAYERS]


@pytest.fixture(scope="module")
def language() -> Iterator[LanguageJudge]:
    """One judging process for all cases."""
    with LanguageJudge() as judge:
        yield judge


@pytest.fixture(scope="module")
def box_problems() -> dict[str, str]:
    """The problem of each case in a real worker; one pool for all of them."""

    async def run() -> dict[str, str]:
        async with Box() as box:
            return {case.id: await box_problem(box, case) for case in BOX_CASES}

    return asyncio.run(run())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_payload_comes_to_nothing_in_the_language(language: LanguageJudge, case: Case) -> None:
    """With the language wall on, a payload gets, causes and changes nothing."""
    problem = language.problem(case)

    assert problem == ""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("case", BOX_CASES, ids=lambda case: case.id)
def test_payload_comes_to_nothing_in_a_worker(box_problems: dict[str, str], case: Case) -> None:
    """In a real worker, without the language wall, the process wall holds by itself."""
    assert box_problems[case.id] == ""


@pytest.mark.parametrize(
    "code",
    [
        "OUT = CANARY\nimport json\nOUT = json",
        "OUT = [1, {'a': (2, 'b')}]",
        "def f():\n    return f\nOUT = f",
        "class A:\n    x = 1\nOUT = A(), A, A().x",
    ],
)
def test_harmless_results_are_no_find(language: LanguageJudge, code: str) -> None:
    """The judge does not cry wolf: what every program holds is no danger."""
    verdict = language.verdict(Case("x", "language", code, ("json",)))

    assert {"status": "value", "detail": "", "danger": ""} == verdict


class TestRunner:
    """``python -m tests.redteam``: any file in, failing ids and one line of sums out."""

    def run(self, path: Path) -> subprocess.CompletedProcess[str]:
        """Run the command on a file."""
        return subprocess.run(
            [sys.executable, "-m", "tests.redteam", str(path)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    def test_last_line_sums_up(self, tmp_path: Path) -> None:
        """A payload that comes to nothing is a pass."""
        path = tmp_path / "cases.jsonl"
        path.write_text('{"id": "z1", "layer": "language", "code": "OUT = ().__class__"}\n')

        done = self.run(path)

        assert (0, "1 passed, 0 failed") == (done.returncode, done.stdout.splitlines()[-1])

    def test_a_failing_case_is_named(self, tmp_path: Path) -> None:
        """A payload that reaches its mark fails, and the exit status says so."""
        path = tmp_path / "cases.jsonl"
        path.write_text('{"id": "z2", "layer": "language", "code": "OUT = (\'bypass\', 1)"}\n')

        done = self.run(path)

        assert 1 == done.returncode
        assert ["z2: with the language wall: its mark was reached: ('bypass', 1)"] == (
            done.stdout.splitlines()[:-1]
        )
        assert "0 passed, 1 failed" == done.stdout.splitlines()[-1]
