"""Signed checkpoints: the head of the journal, kept where who owns the database cannot change it.

A chain and balances that fit each other do not show that the newest rows were cut off, or that all
of it was written anew.  A checkpoint does: the number and hash of the last row and the trial
balance, signed with Ed25519 by a key that lies beside the database and never in it.  The host adds
a line to the file of checkpoints every hour in which money moved; whoever must be able to check the
host later keeps copies of the file and of the public key elsewhere.
"""

import asyncio
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from host.core.db import Database
from host.core.settings import Settings
from host.wallet import audit
from host.wallet.audit import Checkpoint

INTERVAL_MS = 3600 * 1000
KEY_NAME = "checkpoint_key"
_LINE_BYTES_MAX = 8192


class CheckpointRefusedError(Exception):
    """A checkpoint is not what the host signed; the text says which line and why."""


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A line of the file.  The signature is over the checkpoint as compact JSON."""

    checkpoint: Checkpoint
    public_key: str
    signature: str


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: a key in a file that its owner alone may read."""

    key: Ed25519PrivateKey

    @classmethod
    def open(cls, settings: Settings) -> "Signer":
        """Read the key, or make it at the first checkpoint."""
        path = settings.data_dir / KEY_NAME
        if not path.exists():
            made = Ed25519PrivateKey.generate().private_bytes_raw().hex()
            # The host and a command may do this at one moment: the first of them counts.
            with suppress(FileExistsError), open(path, "x", opener=_for_owner) as file:
                file.write(made)
        text = path.read_text(encoding="ascii").strip()
        return cls(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text)))

    @property
    def public_key(self) -> str:
        """What a stranger needs to check the signatures, in hex."""
        return self.key.public_key().public_bytes_raw().hex()

    def sign(self, checkpoint: Checkpoint) -> str:
        """Return ``checkpoint`` as a signed line of JSON."""
        signature = self.key.sign(audit.encode_checkpoint(checkpoint).encode())
        signed = SignedCheckpoint(checkpoint, self.public_key, signature.hex())
        return msgspec.json.encode(signed).decode()


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def checkpoint_path(settings: Settings) -> Path:
    """Return the file that checkpoints are added to."""
    if settings.checkpoint_file:
        return Path(settings.checkpoint_file)
    return settings.data_dir / "checkpoints.jsonl"


def add_line(path: Path, line: str) -> None:
    """Add a line to the file and see it reach the disk."""
    with path.open("a", encoding="ascii") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_checkpoints(path: Path, *, public_key: str | None) -> list[Checkpoint]:
    """Return the checkpoints of a file in their order; each must be signed by ``public_key``.

    Without a key all must at least be signed by the same one.
    """
    found: list[Checkpoint] = []
    lines = path.read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        signed = _read(line, place=f"{path}, line {number}", public_key=public_key)
        public_key = signed.public_key
        found.append(signed.checkpoint)
    return found


async def keep_checkpoint(db: Database, settings: Settings, *, now_ms: int) -> int:
    """Add a checkpoint when an hour has passed since the last one and money has moved."""
    path, signer = checkpoint_path(settings), Signer.open(settings)
    last = _last(path, signer.public_key)
    if last is not None and now_ms - last.taken_at_ms < INTERVAL_MS:
        return 0
    taken = await db.read(audit.take_checkpoint, now_ms=now_ms)
    if taken.seq == (0 if last is None else last.seq):
        return 0
    await asyncio.to_thread(add_line, path, signer.sign(taken))
    return 1


def last_checkpoint(settings: Settings) -> Checkpoint | None:
    """Return the newest checkpoint of this host, or None before the first."""
    path = checkpoint_path(settings)
    return _last(path, Signer.open(settings).public_key) if path.exists() else None


def _last(path: Path, public_key: str) -> Checkpoint | None:
    """Return the last checkpoint of the file; the others are the audit's to read."""
    if not path.exists() or not path.stat().st_size:
        return None
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _LINE_BYTES_MAX))
        line = file.read().decode().rstrip("\n").split("\n")[-1]
    return _read(line, place=f"{path}, last line", public_key=public_key).checkpoint


def _read(line: str, *, place: str, public_key: str | None) -> SignedCheckpoint:
    try:
        signed = msgspec.json.decode(line, type=SignedCheckpoint)
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signed.public_key))
        key.verify(
            bytes.fromhex(signed.signature), audit.encode_checkpoint(signed.checkpoint).encode()
        )
    except (msgspec.DecodeError, ValueError) as error:
        raise CheckpointRefusedError(f"{place}: this is no checkpoint.") from error
    except InvalidSignature as error:
        raise CheckpointRefusedError(f"{place}: the signature does not fit.") from error
    if public_key is not None and signed.public_key != public_key:
        raise CheckpointRefusedError(f"{place}: it is signed by another key, {signed.public_key}.")
    return signed
