"""`python -m bench runtime|ledger|web|browser [--quick] [--json]`: measure, and say against what.

`python -m bench runtime --peers` runs the same handler in other runtimes as well, and fetches them;
`--many` measures beside 500 idle and 50 busy mini-programs instead.
"""

import argparse
import importlib
import json

from bench.measure import Result
from bench.peers import compare

NAMES = ("runtime", "ledger", "web", "browser")


def main() -> None:
    """Run one bench and print its figures."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--quick", action="store_true", help="less than a minute, less exact")
    parser.add_argument("--json", action="store_true", help="print a list of objects")
    parser.add_argument(
        "--peers", action="store_true", help="with runtime: other runtimes beside it, fetched"
    )
    parser.add_argument(
        "--many", action="store_true", help="with runtime: beside 500 idle and 50 busy programs"
    )
    wanted = parser.parse_args()
    if (wanted.peers or wanted.many) and wanted.name != "runtime":
        parser.error("--peers and --many go with runtime")

    module = "many" if wanted.many else wanted.name
    results: list[Result] = importlib.import_module(f"bench.{module}").run(quick=wanted.quick)
    peers = compare.run(quick=wanted.quick) if wanted.peers else []
    if wanted.json:
        results += compare.results(peers) if peers else []
        print(json.dumps([result.as_dict() for result in results], indent=1))
        return
    print(f"{'figure':44} {'value':>12} {'reference':>12} {'ratio':>8}  goal")
    for result in results:
        print(_line(result))
    if peers:
        print(f"\n{compare.table(peers)}")


def _line(result: Result) -> str:
    reference = "" if result.reference is None else f"{result.reference:,.1f}"
    ratio = "" if result.ratio is None else f"{result.ratio:.2f}"
    goal = result.goal or ""
    if result.met is not None:
        goal += "  (met)" if result.met else "  (NOT met)"
    value = f"{result.value:,.1f} {result.unit}"
    return f"{result.name:44} {value:>12} {reference:>12} {ratio:>8}  {goal}"


if __name__ == "__main__":
    main()
