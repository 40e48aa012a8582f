"""``python -m tests.fuzz --seconds N [SUBJECT…]``: fuzz with new seeds for so long.

Subjects: protocol, package, template, policy, manifest, css; all of them when none is named, each
with its share of the time.  Prints each failure with its seed and ends with ``N passed, N failed``;
exit status 0 when nothing failed, 1 otherwise, 2 when called wrongly.
"""

import argparse
import sys

from tests.fuzz.engine import fuzz_for
from tests.fuzz.subjects import SUBJECTS


def main() -> int:
    """Fuzz what the command names."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="how long, for all together")
    parser.add_argument("subject", nargs="*", help=f"any of {', '.join(SUBJECTS)}")
    wanted = parser.parse_args()
    unknown = set(wanted.subject) - set(SUBJECTS)
    if unknown:
        parser.error(f"there is no subject {', '.join(sorted(unknown))}")
    chosen = [SUBJECTS[name] for name in wanted.subject or SUBJECTS]
    passed = failed = 0
    for subject in chosen:
        tally = fuzz_for(subject, wanted.seconds / len(chosen))
        for failure in tally.failures or ():
            print(failure)
        print(f"{subject.name}: {tally.passed} inputs")
        passed += tally.passed
        failed += len(tally.failures or ())
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
