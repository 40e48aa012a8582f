"""Static files: read once, gzipped once, served under a name that changes when any of them does.

One digest over all files names the build: ``/static/<build>/js/live.js``.  So an answer may be
cached for ever, and modules that import each other by relative paths always get the same build.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "shell" / "static"
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
}
# Smaller files gain nothing from gzip.
_GZIP_BYTES_MIN = 500


@dataclass(frozen=True, slots=True)
class Asset:
    """One static file as it is served."""

    content: bytes
    gzipped: bytes | None
    content_type: str


class Assets:
    """The static files of one build."""

    def __init__(self, folder: Path = FOLDER) -> None:
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        digest = hashlib.sha256()
        self._assets: dict[str, Asset] = {}
        for path in paths:
            name, content = path.relative_to(folder).as_posix(), path.read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
            self._assets[name] = Asset(content, _gzip(path, content), _content_type(path))
        self.build = digest.hexdigest()[:12]

    def url(self, name: str) -> str:
        """Return the address of a file; a missing one is a bug in a template."""
        if name not in self._assets:
            raise KeyError(f"there is no static file {name!r}")
        return f"/static/{self.build}/{name}"

    def find(self, name: str) -> Asset | None:
        """Return a file by its name."""
        return self._assets.get(name)


def _gzip(path: Path, content: bytes) -> bytes | None:
    if path.suffix == ".webp" or len(content) < _GZIP_BYTES_MIN:
        return None
    return gzip.compress(content, 9, mtime=0)


def _content_type(path: Path) -> str:
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return _TYPES.get(path.suffix, guessed)
