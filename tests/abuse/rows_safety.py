"""The table of addresses that take an id: passkeys, and what admins decide about wallets."""

from collections.abc import Mapping

from tests.abuse.rows_kinds import Alike, Key, Open, alike

REASON = "Looked at the wallet and its papers for a while."

SAFETY_ROWS: Mapping[str, Alike | Key | Open] = {
    "wallet.settings.post_removed_passkey": alike({"passkey_id": "passkey"}),
    "wallet_api.security.delete_passkey": alike({"passkey_id": "passkey"}),
    "review.wallets.show_wallet": alike({"handle": "handle"}, status=403),
    "review.wallets.post_freeze": alike({"handle": "handle"}, status=403, form={"reason": REASON}),
    "review.wallets.post_lift": alike({"handle": "handle"}, status=403, form={"reason": REASON}),
    "review.wallets.post_tier": alike(
        {"handle": "handle"}, status=403, form={"tier": "2", "reason": REASON}
    ),
    "review.wallets.post_rule": alike(
        {"rule_id": "rule"}, status=403, form={"mode": "off", "reason": REASON}
    ),
    "review.wallets.post_payment": alike(
        {"review_id": "review"}, status=403, form={"decision": "approve", "reason": REASON}
    ),
}
