"""SQL of everything that the wallet keeps about a person, one question a part of the file."""

from host.core.db import Row, Tx

ROWS_COUNT_MAX = 50_000

# A part of the file, and where it comes from; every table of the wallet that names a person is
# here or in LEFT_OUT, or a test fails.
PARTS: dict[str, str] = {
    "accounts": "SELECT id, currency, credits_posted_minor - debits_posted_minor AS balance_minor,"
    " debits_pending_minor AS reserved_minor, created_at_ms, closed_at_ms FROM wallet_account"
    " WHERE owner_id = :id AND kind = 'user' ORDER BY id LIMIT :limit",
    "entries": "SELECT e.seq, e.account_id, t.id AS transfer_id, t.purpose, t.reference,"
    " e.change_minor, e.balance_minor, t.currency, t.created_at_ms, m.memo FROM wallet_account a"
    " JOIN wallet_entry e ON e.account_id = a.id JOIN wallet_transfer t ON t.seq = e.seq"
    " LEFT JOIN wallet_memo m ON m.transfer_id = t.id WHERE a.owner_id = :id AND a.kind = 'user'"
    " ORDER BY e.seq LIMIT :limit",
    "points": "SELECT id, credits_posted_minor - debits_posted_minor AS points, created_at_ms"
    " FROM wallet_account WHERE owner_id = :id AND currency = 'PTS' ORDER BY id LIMIT :limit",
    "points_entries": "SELECT e.seq, e.account_id, t.id AS transfer_id, t.purpose, t.reference,"
    " e.change_minor AS change_points, e.balance_minor AS points, t.created_at_ms"
    " FROM wallet_account a JOIN wallet_entry e ON e.account_id = a.id"
    " JOIN wallet_transfer t ON t.seq = e.seq WHERE a.owner_id = :id AND a.currency = 'PTS'"
    " ORDER BY e.seq LIMIT :limit",
    "reserved": "SELECT t.seq, t.id AS transfer_id, t.purpose, t.reference, t.amount_minor,"
    " t.currency, t.created_at_ms, t.expires_at_ms FROM wallet_account a JOIN wallet_transfer t"
    " ON t.debit_id = a.id WHERE a.owner_id = :id AND a.kind = 'user' AND t.kind = 'pending'"
    " ORDER BY t.seq LIMIT :limit",
    "rail_orders": "SELECT id, rail, direction, amount_minor, currency, state, rail_reference,"
    " reason, created_at_ms, updated_at_ms FROM wallet_rail_operation WHERE owner_id = :id"
    " AND owner_kind = 'person' ORDER BY created_at_ms, id LIMIT :limit",
    "held_for_orders": "SELECT order_id, brand_id, amount_minor, currency, status, funded_at_ms,"
    " ended_at_ms, refunded_minor FROM wallet_escrow WHERE payer_id = :id"
    " ORDER BY funded_at_ms, order_id LIMIT :limit",
    "transfers_to_take": "SELECT id, sender_id, receiver_id, amount_minor, currency, memo, status,"
    " created_at_ms, ended_at_ms FROM wallet_offer WHERE sender_id = :id OR receiver_id = :id"
    " ORDER BY created_at_ms, id LIMIT :limit",
    "red_packets_sent": "SELECT id, circle_id, kind, currency, total_minor, share_count,"
    " returned_minor, greeting, status, created_at_ms, ended_at_ms FROM wallet_packet"
    " WHERE sender_id = :id ORDER BY created_at_ms, id LIMIT :limit",
    "red_packets_opened": "SELECT packet_id, amount_minor, opened_at_ms FROM wallet_packet_share"
    " WHERE person_id = :id ORDER BY opened_at_ms, packet_id LIMIT :limit",
    "requests_made": "SELECT id, kind, circle_id, currency, memo, status, created_at_ms,"
    " ended_at_ms FROM wallet_request WHERE requester_id = :id ORDER BY created_at_ms, id"
    " LIMIT :limit",
    "requests_received": "SELECT request_id, amount_minor, status, transfer_id, ended_at_ms"
    " FROM wallet_request_share WHERE person_id = :id ORDER BY request_id LIMIT :limit",
    "bonuses": "SELECT id, funder_id, brand_id, amount_minor, left_minor, currency, reason,"
    " granted_at_ms, expires_at_ms, ended_at_ms FROM wallet_bonus WHERE person_id = :id"
    " ORDER BY granted_at_ms, id LIMIT :limit",
    "exchange_quotes": "SELECT id, sell_currency, sell_minor, fee_minor, buy_currency, buy_minor,"
    " made_at_ms, used_at_ms FROM wallet_quote WHERE person_id = :id ORDER BY made_at_ms, id"
    " LIMIT :limit",
    "confirmations": "SELECT id, purpose, subject_id, payee_id, amount_minor, currency, method,"
    " made_at_ms, spent_at_ms FROM wallet_confirmation WHERE person_id = :id"
    " ORDER BY made_at_ms, id LIMIT :limit",
    "held_for_review": "SELECT id, purpose, subject_id, amount_minor, currency, status, made_at_ms,"
    " decided_at_ms FROM wallet_review WHERE person_id = :id ORDER BY made_at_ms, id LIMIT :limit",
    "freezes": "SELECT id, mode, reason, made_at_ms, appeal, appealed_at_ms, lifted_at_ms,"
    " lift_reason FROM wallet_freeze WHERE person_id = :id ORDER BY made_at_ms, id LIMIT :limit",
    "passkeys": "SELECT id, name, made_at_ms, used_at_ms FROM wallet_passkey WHERE person_id = :id"
    " ORDER BY made_at_ms, id LIMIT :limit",
    "tier": "SELECT tier, tier_reason, tier_at_ms FROM wallet_security WHERE person_id = :id"
    " LIMIT :limit",
    "takes_by_itself": "SELECT automatic_at_ms FROM wallet_receiving WHERE person_id = :id"
    " LIMIT :limit",
    "pin": "SELECT set_at_ms, changed_at_ms FROM wallet_pin WHERE person_id = :id LIMIT :limit",
}

# What names a person and is no part of the file, with the reason.
LEFT_OUT: dict[str, str] = {
    "wallet_pin_attempt": "counts tries for minutes and is swept",
    "wallet_passkey_challenge": "lives for minutes and is swept",
    "wallet_risk_hit": "who is told which rule was hit learns how to go around it",
}


def find_part(tx: Tx, part: str, person_id: str) -> list[Row]:
    """Return the rows of one part."""
    return tx.rows(PARTS[part], id=person_id, limit=ROWS_COUNT_MAX)
