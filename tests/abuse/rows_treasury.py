"""What a stranger gets from the addresses of the treasury: nothing, and admins alone the rest."""

from tests.abuse.rows_kinds import Alike, Key, Open, alike

REASON = "It does not fit."

TREASURY_ROWS: dict[str, Alike | Key | Open] = {
    "treasury.post_break": alike(
        {"break_id": "break"}, status=403, form={"act": "close", "text": REASON}
    ),
    "treasury.decide_adjustment": alike(
        {"adjustment_id": "adjustment"}, status=403, form={"act": "approve"}
    ),
    "treasury_api.post_callback": Open("the id is a rail's name; a signature opens it (test_http)"),
}
