"""Fuzzing that is guided by the coverage of the code.

Atheris changes the bytes that Hypothesis makes an input of, and keeps what reached new code.
``python -m tests.fuzz --guided`` runs this module once per subject, in a process of its own, since
libFuzzer ends its process with the first finding.  Inputs that reached new code stay in the user's
cache, so the next run begins where this one ended.
"""

import importlib
import importlib.util
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings

from tests.fuzz.engine import Tally

INSTRUMENTED = ["runtime", "sdk", "RestrictedPython", "tinycss2"]
INPUT_BYTES_MAX = 4096
# One input that takes longer, or needs more, is a finding.
INPUT_S_MAX = 20
MEMORY_MB_MAX = 3000
FINDINGS_MAX = 5
SAID_CHARS_MAX = 4000
_RUNS = re.compile(r"^stat::number_of_executed_units: (\d+)", re.MULTILINE)


def is_available() -> bool:
    """Tell whether Atheris is installed."""
    return importlib.util.find_spec("atheris") is not None


def corpus(name: str) -> Path:
    """Return the folder of a subject's interesting inputs."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "hutong-fuzz" / name


def fuzz_guided(name: str, seconds: float) -> Tally:
    """Fuzz one subject for so long, going on after a finding; says what was found, once each."""
    tally = Tally(failures=[])
    assert tally.failures is not None
    until = time.monotonic() + seconds
    seen: set[str] = set()
    while len(seen) < FINDINGS_MAX and (left := until - time.monotonic()) > 0:
        done = subprocess.run(
            [sys.executable, "-m", __name__, name, str(max(1, int(left)))],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        said = done.stdout + done.stderr
        tally.passed += sum(map(int, _RUNS.findall(said)))
        if done.returncode == 0:
            break
        place = _place(said)
        if place not in seen:
            tally.failures.append(
                f"{name}, ended with status {done.returncode}:\n"
                f"{done.stdout[-SAID_CHARS_MAX:]}\n{done.stderr[-SAID_CHARS_MAX:]}"
            )
        seen.add(place)
    return tally


def _place(said: str) -> str:
    """Return the last line of a traceback that is in a file, to tell findings apart."""
    return next((line for line in reversed(said.splitlines()) if ", line " in line), said[-200:])


def main() -> None:
    """Fuzz in this process; never returns."""
    name, seconds = sys.argv[1], sys.argv[2]
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=INSTRUMENTED):
        subject = importlib.import_module("tests.fuzz.subjects").SUBJECTS[name]

    @settings(database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(subject.inputs)
    def examine(value: Any) -> None:
        try:
            subject.examine(value)
        except BaseException:
            # What the finding's regression case needs; the bytes alone mean nothing to a person.
            print("input:", repr(value), flush=True)
            raise

    folder = corpus(name)
    folder.mkdir(parents=True, exist_ok=True)
    options = (
        *(f"-max_total_time={seconds}", f"-max_len={INPUT_BYTES_MAX}", f"-timeout={INPUT_S_MAX}"),
        *(f"-rss_limit_mb={MEMORY_MB_MAX}", f"-artifact_prefix={folder}.", "-print_final_stats=1"),
        # Short inputs say little to a grammar, so their length is not raised slowly.
        "-len_control=0",
    )
    with subject.around():
        atheris.Setup([sys.argv[0], *options, str(folder)], examine.hypothesis.fuzz_one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
