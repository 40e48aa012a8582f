"""How much memory processes take: PSS, where shared pages count by share."""

from pathlib import Path


def pss_mb(pid: int) -> float:
    """Return the proportional set size of one process; one that has ended weighs nothing."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    (line,) = (line for line in text.splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) / 1024


def tree_pss_mb(pid: int) -> float:
    """Return the sum over a process and everything below it."""
    return pss_mb(pid) + sum(tree_pss_mb(child) for child in children(pid))


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    found: list[int] = []
    try:
        for each in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (each / "children").read_text(encoding="ascii").split())
    except (FileNotFoundError, ProcessLookupError):
        return found
    return found
