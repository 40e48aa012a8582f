"""A real host in a process of its own, that a test may kill."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[2]
# Filling a demo lane takes 15 s of processor time, and more on a machine that others use.
START_S_MAX = 110


class HostProcess:
    """`hutong` on a free port, with its own data folder."""

    def __init__(
        self, data_dir: Path, *, demo: bool = False, database_url: str = "", **settings: str
    ) -> None:
        self.data_dir = data_dir
        self.database_url = database_url
        self.port = 0
        self.output = ""
        self._demo = demo
        # Further settings by their names in lower case, such as ``notice_loopback="1"``.
        self._settings = {f"HUTONG_{name.upper()}": value for name, value in settings.items()}
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """The address of the host."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The host's process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def environ(self) -> dict[str, str]:
        """The environment that `hutong` commands on this host's data need."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("HUTONG_")},
            "HUTONG_DATA_DIR": str(self.data_dir),
            "HUTONG_PORT": str(self.port),
            "HUTONG_DATABASE_URL": self.database_url,
            "HUTONG_DEMO": "1" if self._demo else "0",
            "PYTHONPATH": str(ROOT),
            **self._settings,
        }

    def start(self) -> None:
        """Start it and wait until it says that it is open; a restart keeps the port."""
        self.log = (self.data_dir.parent / f"host-{time.time_ns()}.log").open("w+")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "host.cli"],
            env=self.environ,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.data_dir.parent,
        )
        deadline = time.monotonic() + START_S_MAX
        while time.monotonic() < deadline:
            self.output = Path(self.log.name).read_text(encoding="utf-8")
            found = re.search(r"http://127\.0\.0\.1:(\d+)", self.output)
            if found:
                self.port = int(found[1])
                if self._is_up():
                    return
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"the host did not start:\n{self.output}")

    def kill(self) -> None:
        """Kill it as a power cut would: SIGKILL."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)
        self.log.close()

    def stop(self) -> int:
        """Ask it to stop and return its exit status."""
        if self._process is None or self._process.poll() is not None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        status = self._process.wait(20)
        self.log.close()
        return status

    def run(self, *words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run a `hutong` command on this host's data."""
        return subprocess.run(
            [sys.executable, "-m", "host.cli", *words],
            env=self.environ,
            cwd=cwd or self.data_dir.parent,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def _is_up(self) -> bool:
        try:
            with urlopen(f"{self.url}/readyz", timeout=2) as answer:  # noqa: S310  (our own)
                return bool(answer.status == 200)
        except OSError:
            return False
