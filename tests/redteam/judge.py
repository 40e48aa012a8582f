"""Judges cases of the escape corpus: one line of JSON each, judged by effect.

``layer`` says which wall a payload aims at.  With the language wall on it must come to nothing, in
every layer; aimed at ``resource`` or ``os`` it must also come to nothing in a real worker without
the language wall.  ``template`` and ``css`` are no Python: ``tests.redteam.view`` judges them.
"""

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.redteam import view
from tests.redteam.box import Box

ROOT = Path(__file__).parents[2]
# Payloads of the language compute nothing; those of the limits compute for ever.
LANGUAGE_WALL_S = 10.0
RESOURCE_WALL_S = 0.5
LAYERS = ("language", "resource", "os", "template", "css")
_VIEW_LAYERS: dict[str, Callable[[str], str]] = {
    "template": view.find_in_template,
    "css": view.find_in_css,
}
# Layers whose payloads must also come to nothing in a real worker without the language wall.
BOX_LAYERS = ("resource", "os")


@dataclass(frozen=True, slots=True)
class Case:
    """One payload: ``code`` leaves what it got in ``OUT``."""

    id: str
    layer: str
    code: str
    mods: tuple[str, ...] = ()


def read_cases(path: Path) -> list[Case]:
    """Read a corpus; a line that is no case is an error that names its number."""
    cases = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if not line.strip():
            continue
        try:
            cases.append(_case(json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            raise SystemExit(f"{path}:{number}: not a case: {error!r}") from error
    return cases


def _case(fields: Mapping[str, Any]) -> Case:
    layer = fields.get("layer", "language")
    if layer not in LAYERS:
        raise ValueError(f"layer is one of {', '.join(LAYERS)}")
    return Case(str(fields["id"]), layer, str(fields["code"]), tuple(fields.get("mods", ())))


class LanguageJudge:
    """Runs payloads with the language wall on, in children of a process of its own."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="canary-")
        self._secret = secrets.token_hex(16)
        self._canary = Path(self._folder.name) / "canary.txt"
        self._canary.write_text(self._secret)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.redteam.inside"],
            cwd=ROOT,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONHASHSEED": "0"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.communicate()
        self._folder.cleanup()

    def problem(self, case: Case) -> str:
        """Say what a payload came to that it must not, or return an empty text."""
        if case.layer in _VIEW_LAYERS:
            return _VIEW_LAYERS[case.layer](case.code)
        verdict = self.verdict(case)
        if verdict["danger"]:
            return f"with the language wall: {verdict['danger']}"
        # To compute for ever is the business of the limits; to crash is a way out half found.
        if case.layer == "language" and verdict["status"] == "killed":
            return f"with the language wall: it crashed the interpreter ({verdict['detail']})"
        if self._canary.read_text() != self._secret:
            return "with the language wall: the canary file was changed"
        return ""

    def verdict(self, case: Case) -> dict[str, str]:
        """Run a payload and return its status, a detail and the danger found."""
        request = {
            "code": case.code,
            "mods": case.mods,
            "canary": str(self._canary),
            "secret": self._secret,
            "wall_s": LANGUAGE_WALL_S if case.layer == "language" else RESOURCE_WALL_S,
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, str] = json.loads(self._process.stdout.readline())
        return answer


async def box_problem(box: Box, case: Case) -> str:
    """Say what a payload managed in a worker without the language wall, or nothing."""
    result = await box.run(case.code, language_wall=False, mods=case.mods)
    if result.danger is None:
        return ""
    # Whoever aims at the limits may compute what they like, as long as the limits hold; and a
    # system call that answers -1 was refused softly.
    is_harmless = case.layer == "resource" or _is_refusal(result.repr)
    if is_harmless and result.danger.startswith("a forbidden act"):
        return ""
    return f"without the language wall: {result.danger}"


def _is_refusal(shown: str) -> bool:
    """Tell whether a result says nothing but that something was refused."""
    try:
        value = json.loads(shown)
    except ValueError:
        return False
    values = value if isinstance(value, list) else [value]
    return all(
        each in (None, False, "")
        or (isinstance(each, int) and each < 0)
        or (isinstance(each, str) and ("[Errno 13]" in each or "PermissionError" in each))
        for each in values
    )


async def judge(cases: Iterable[Case]) -> dict[str, str]:
    """Return the problem of each case by id; an empty text is a pass."""
    cases = list(cases)
    problems: dict[str, str] = {}
    with LanguageJudge() as language:
        for case in cases:
            problems[case.id] = language.problem(case)
    rest = [case for case in cases if case.layer in BOX_LAYERS and not problems[case.id]]
    if rest:
        async with Box() as box:
            for case in rest:
                problems[case.id] = await box_problem(box, case)
    return problems
