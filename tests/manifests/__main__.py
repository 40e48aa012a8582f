"""``python -m tests.manifests FILE.json``: judge manifest vectors.

Prints each failing id with the reason and ends with ``N passed, N failed``; exit status 0 when
nothing failed, 1 otherwise, 2 when called wrongly.
"""

import json
import sys
from pathlib import Path

from tests.manifests.vectors import problem


def main() -> int:
    """Judge the file that the command names."""
    if len(sys.argv) != 2:
        print("usage: python -m tests.manifests FILE.json", file=sys.stderr)
        return 2
    vectors = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    failed = [(vector["id"], said) for vector in vectors if (said := problem(vector))]
    for name, said in failed:
        print(f"{name}: {said}")
    print(f"{len(vectors) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
