"""Blobs: bytes kept on disk under their SHA-256, so that a content is stored once."""

import hashlib
import os
import re
from pathlib import Path
from typing import Protocol

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Blobs(Protocol):
    """Where packages and pictures lie; a disk here, an S3 store on many machines."""

    def put(self, content: bytes) -> str:
        """Keep ``content`` and return its digest."""
        ...

    def get(self, digest: str) -> bytes | None:
        """Return the content with this digest, or None."""
        ...


class DiskBlobs:
    """Blobs in a folder, two characters of the digest per sub-folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        """Keep ``content`` durably and return its digest.  Doing it twice changes nothing."""
        digest = hashlib.sha256(content).hexdigest()
        path = self.path(digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            # Written beside and renamed: a reader never sees half a file, not even after a crash.
            partial = path.with_name(f"{digest}.{os.getpid()}.{os.urandom(4).hex()}.part")
            with partial.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        return digest

    def get(self, digest: str) -> bytes | None:
        """Return the content with this digest, or None."""
        if not _DIGEST.fullmatch(digest):
            return None
        try:
            return self.path(digest).read_bytes()
        except FileNotFoundError:
            return None

    def path(self, digest: str) -> Path:
        """Return where the content with this digest lies."""
        return self._folder / digest[:2] / digest
