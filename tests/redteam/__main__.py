"""``python -m tests.redteam FILE.jsonl``: judge a corpus of escape payloads.

Prints each failing id with the reason and ends with ``N passed, N failed``; exit status 0 when
nothing failed, 1 otherwise, 2 when called wrongly.
"""

import asyncio
import sys
from pathlib import Path

from tests.redteam.judge import judge, read_cases


def main() -> int:
    """Judge the file that the command names."""
    if len(sys.argv) != 2:
        print("usage: python -m tests.redteam FILE.jsonl", file=sys.stderr)
        return 2
    problems = asyncio.run(judge(read_cases(Path(sys.argv[1]))))
    failed = {name: problem for name, problem in problems.items() if problem}
    for name, problem in failed.items():
        print(f"{name}: {problem}")
    print(f"{len(problems) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
