"""The README's two commands, run exactly as written in a fresh copy of what is committed."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = re.findall(
    r"^python3 -m venv.*$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE
)

pytestmark = [
    pytest.mark.readme,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        "INSIDE_README_TEST" in os.environ, reason="this is the fresh copy's own run"
    ),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder with the files that git knows, as they are in the working tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        source, target = ROOT / name, tmp_path / "hutong" / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    return tmp_path / "hutong"


def environ(**extra: str) -> dict[str, str]:
    """Return an environment without this run's own settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HUTONG_", "PYTEST_", "COV_"))}
    return kept | {"INSIDE_README_TEST": "1"} | extra


def test_the_first_command_opens_a_living_lane(copy: Path, tmp_path: Path) -> None:
    """It prints an address where the demo answers, and stops cleanly when asked."""
    log = (tmp_path / "log").open("w+")
    process = subprocess.Popen(
        ["bash", "-c", COMMANDS[0]],
        cwd=copy, env=environ(HUTONG_PORT="0"), stdout=log, stderr=subprocess.STDOUT,
        start_new_session=True,
    )  # fmt: skip
    try:
        url = _wait_for_address(process, tmp_path / "log")
        with urlopen(url, timeout=10) as answer:  # noqa: S310  (our own)
            assert answer.status == 200
            assert b"Lin Mei" in answer.read()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        status = process.wait(30)
        log.close()
    assert 0 == status, (tmp_path / "log").read_text(encoding="utf-8")


def test_the_second_command_installs_what_the_tests_need(copy: Path) -> None:
    """Of the suite, which is running already, the copy runs the part that needs all of it once."""
    narrow = environ(PYTEST_ADDOPTS="-k 'test_money or test_database' -p no:cacheprovider -x")

    done = subprocess.run(
        ["bash", "-c", COMMANDS[1]],
        cwd=copy, env=narrow, capture_output=True, text=True, timeout=550, check=False,
    )  # fmt: skip

    assert 0 == done.returncode, done.stdout[-3000:] + done.stderr[-3000:]
    assert re.search(r"\d+ passed", done.stdout)


def _wait_for_address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + 400
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text(encoding="utf-8"))
        if found:
            return found[0]
        time.sleep(0.2)
    raise AssertionError(log.read_text(encoding="utf-8"))
