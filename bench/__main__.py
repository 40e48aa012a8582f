"""`python -m bench runtime|ledger|web [--quick] [--json]`: measure, and say against what."""

import argparse
import importlib
import json

from bench.measure import Result

NAMES = ("runtime", "ledger", "web")


def main() -> None:
    """Run one bench and print its figures."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--quick", action="store_true", help="less than a minute, less exact")
    parser.add_argument("--json", action="store_true", help="print a list of objects")
    wanted = parser.parse_args()

    results: list[Result] = importlib.import_module(f"bench.{wanted.name}").run(quick=wanted.quick)
    if wanted.json:
        print(json.dumps([result.as_dict() for result in results], indent=1))
        return
    print(f"{'figure':44} {'value':>12} {'reference':>12} {'ratio':>8}  goal")
    for result in results:
        print(_line(result))


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
