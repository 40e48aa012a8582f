"""Everything about a person's money as one file: what the law of many places asks a host for."""

from typing import Any

from host.core.db import Tx
from host.wallet.repository import export as repository


def export_money(tx: Tx, person_id: str, *, now_ms: int) -> dict[str, Any]:
    """Return all that the wallet keeps about a person, in one snapshot; secrets are no part of it.

    ``cut`` names the parts that have more rows than a file holds.
    """
    parts = {part: repository.find_part(tx, part, person_id) for part in repository.PARTS}
    cut = [part for part, rows in parts.items() if len(rows) == repository.ROWS_COUNT_MAX]
    return {"person_id": person_id, "made_at_ms": now_ms, "cut": cut, **parts}
