"""What the compiler of mini-programs is called: Python, RestrictedPython and policy in one word.

The host works it out and tells the zygote, for what this needs, hashes and paths, is a megabyte of
which every worker would have a share.
"""

import hashlib
import importlib.util
import sys
from functools import cache
from pathlib import Path

import RestrictedPython


@cache
def code_version() -> str:
    """Name the compiler: code with another name must be made again from its source."""
    policy = hashlib.sha256()
    folder = Path(__file__).parent
    restricted = Path(RestrictedPython.__file__).parent
    for path in (
        *sorted((folder / "policy").glob("*.py")),
        folder / "language.py",
        *sorted(restricted.glob("*.py")),
    ):
        policy.update(path.read_bytes())
    magic = importlib.util.MAGIC_NUMBER.hex()
    return f"{sys.implementation.cache_tag}-{magic}-{policy.hexdigest()[:16]}"
