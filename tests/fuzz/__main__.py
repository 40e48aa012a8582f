"""``python -m tests.fuzz --seconds N [SUBJECT…]``: fuzz with new seeds for so long.

Subjects: protocol, package, template, policy, manifest, css; all of them when none is named, each
with its share of the time.  Prints each failure with its seed and ends with ``N passed, N failed``;
exit status 0 when nothing failed, 1 otherwise, 2 when called wrongly.  ``--guided`` lets the
coverage of the code choose the inputs; it needs Atheris, which the ``fuzz`` extra brings.
"""

import argparse
import sys

from tests.fuzz import guided
from tests.fuzz.engine import fuzz_for
from tests.fuzz.subjects import SUBJECTS


def main() -> int:
    """Fuzz what the command names."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="how long, for all together")
    parser.add_argument("--guided", action="store_true", help="by coverage, with Atheris")
    parser.add_argument("subject", nargs="*", help=f"any of {', '.join(SUBJECTS)}")
    wanted = parser.parse_args()
    unknown = set(wanted.subject) - set(SUBJECTS)
    if unknown:
        parser.error(f"there is no subject {', '.join(sorted(unknown))}")
    if wanted.guided and not guided.is_available():
        parser.error("--guided needs Atheris: pip install '.[fuzz]'")
    chosen = list(dict.fromkeys(wanted.subject)) or list(SUBJECTS)
    passed = failed = 0
    for name in chosen:
        share_s = wanted.seconds / len(chosen)
        if wanted.guided:
            tally = guided.fuzz_guided(name, share_s)
        else:
            tally = fuzz_for(SUBJECTS[name], share_s)
        for failure in tally.failures or ():
            print(failure)
        print(f"{name}: {tally.passed} inputs", flush=True)
        passed += tally.passed
        failed += len(tally.failures or ())
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
