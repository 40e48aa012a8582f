"""What a stranger gets from every address that takes an id: the table that decides it."""

from tests.abuse.rows_codes import CODE_ROWS
from tests.abuse.rows_kinds import Alike, Key, Open, alike
from tests.abuse.rows_safety import SAFETY_ROWS
from tests.abuse.rows_settlement import SETTLEMENT_ROWS
from tests.abuse.rows_treasury import TREASURY_ROWS
from tests.market.people import HOME
from tests.wallet.people import PIN

NEW_ID = "0198c0de-0000-7000-8000-00000000000e"


# Sales and the console: with the name of the stranger's own shop, and with that of the other.
SALE = ({"handle": "own:brand_handle", "order_id": "order"},
        {"handle": "brand_handle", "order_id": "order"})  # fmt: skip
PAYMENT = ({"handle": "own:brand_handle", "order_id": "prepay"},
           {"handle": "brand_handle", "order_id": "prepay"})  # fmt: skip
PAYMENT_KEY = ({"handle": "own:brand_handle", "key_id": "payment_key"},
               {"handle": "brand_handle", "key_id": "payment_key"})  # fmt: skip
ENDPOINT = ({"handle": "own:brand_handle", "endpoint_id": "endpoint"},
            {"handle": "brand_handle", "endpoint_id": "endpoint"})  # fmt: skip
INBOX = (
    {"handle": "own:brand_handle", "conversation_id": "brand_chat"},
    {"handle": "brand_handle", "conversation_id": "brand_chat"},
)
CONSOLE = ({"handle": "brand_handle"},)
VERSION = ({"handle": "own:brand_handle", "version_id": "version"},
           {"handle": "brand_handle", "version_id": "version"})  # fmt: skip
SECRETS = (
    {"handle": "own:brand_handle", "program_id": "program"},
    {"handle": "brand_handle", "program_id": "program"},
)
CHAT = ({"conversation_id": "chat"}, {"conversation_id": "group"})
POST = ({"post_id": "post"},)
ORDER = ({"order_id": "order"}, {"order_id": "unpaid"})
PACKET = ({"packet_id": "packet"},)
ASKED = ({"request_id": "asked"}, {"request_id": "bill_split"})
OFFER = ({"transfer_id": "transfer"}, {"transfer_id": "offer"})
ASK = ({"ask_id": "ask"},)
SUBMISSION = ({"submission_id": "submission"},)
PROGRAM = ({"program_id": "program"},)
REASON = "Looked at the shop and its papers for a while."

ROWS: dict[str, Alike | Key | Open] = {
    **CODE_ROWS,
    **SAFETY_ROWS,
    **SETTLEMENT_ROWS,
    **TREASURY_ROWS,
    # The wallet.
    "wallet_api.get_transfer": alike(*OFFER),
    "wallet.home.show_receipt": alike(*OFFER),
    "wallet_api.post_accept": alike(*OFFER),
    "wallet_api.post_decline": alike(*OFFER),
    "wallet_api.post_cancel": alike(*OFFER),
    "wallet.receive.post_accept": alike(*OFFER),
    "wallet.receive.post_decline": alike(*OFFER),
    "wallet.receive.post_cancel": alike(*OFFER),
    "wallet.rails.show_operation": alike({"operation_id": "operation"}),
    "wallet.rails.ask_rail": alike({"operation_id": "operation"}),
    "wallet_api.requests.get_request": alike(*ASKED),
    "wallet_api.requests.post_payment": alike(*ASKED, json={"pin": PIN, "amount_minor": 700}),
    "wallet_api.requests.post_decline": alike(*ASKED),
    "wallet_api.requests.post_close": alike(*ASKED),
    "wallet_api.requests.post_reminder": alike(*ASKED),
    "wallet_api.requests.put_request": Open("the key counts for its caller only (TestKeys)"),
    "wallet.ask.show_request": alike(*ASKED),
    "wallet.ask.show_pay": alike(*ASKED),
    "wallet.ask.post_pay": alike(*ASKED, form={"pin": PIN, "amount_minor": "700"}),
    "wallet.ask.post_decline": alike(*ASKED),
    "wallet.ask.post_close": alike(*ASKED),
    "wallet.ask.post_reminder": alike(*ASKED),
    "wallet.ask.show_ask": Open("handles are public; who is no contact is refused by name"),
    "wallet.ask.post_ask": Open("handles are public; who is no contact is refused by name"),
    "wallet_api.put_transfer": Open("the key counts for its caller only (TestKeys)"),
    "wallet_api.put_top_up": Open("the key counts for its caller only (TestKeys)"),
    "wallet_api.put_withdrawal": Open("the key counts for its caller only (TestKeys)"),
    "wallet.send.show_send": Open("handles are public; who is no contact is refused by name"),
    "wallet.send.confirm_send": Open("handles are public; who is no contact is refused by name"),
    "wallet.send.post_send": Open("handles are public; who is no contact is refused by name"),
    # Payments: a merchant's server has a key and no session, and finds its own brand's alone.
    "payments_api.orders.get_order": alike({"out_trade_no": "trade"}, status=401),
    "payments_api.orders.get_code": alike({"out_trade_no": "trade"}, status=401),
    "payments_api.orders.post_close": alike({"out_trade_no": "trade"}, status=401, json={}),
    "payments_api.orders.post_capture": alike({"out_trade_no": "trade"}, status=401, json={}),
    "payments_api.orders.post_void": alike({"out_trade_no": "trade"}, status=401, json={}),
    "payments_api.orders.post_test_payment": alike({"out_trade_no": "trade"}, status=401, json={}),
    "payments_api.refunds.list_refunds": alike({"out_trade_no": "trade"}, status=401),
    "payments_api.refunds.get_refund": alike({"out_refund_no": "trade"}, status=401),
    "payments_api.notices.get_event": alike({"event_id": "trade"}, status=401),
    "payments_api.notices.post_resend": alike({"event_id": "trade"}, status=401, json={}),
    "payments_api.notices.post_rotate": alike({"endpoint_id": "trade"}, status=401, json={}),
    "payments_api.notices.delete_endpoint": alike({"endpoint_id": "trade"}, status=401, json={}),
    "payments_api.mandates.get_mandate": alike({"out_mandate_no": "mandate_no"}, status=401),
    "payments_api.mandates.post_debit": alike(
        {"out_mandate_no": "mandate_no"}, status=401, json={"out_trade_no": "d", "amount_minor": 1}
    ),
    "payments_api.mandates.post_revoke": alike(
        {"out_mandate_no": "mandate_no"}, status=401, json={}
    ),
    "payments_api.mandates.post_test_signature": alike(
        {"out_mandate_no": "mandate_no"}, status=401, json={}
    ),
    "payments_api.wechat.get_by_number": alike({"out_trade_no": "trade"}, status=401),
    "payments_api.wechat.get_by_id": alike({"transaction_id": "trade"}, status=401),
    "payments_api.wechat.post_close": alike({"out_trade_no": "trade"}, status=401, json={}),
    "payments_api.wechat.get_refund": alike({"out_refund_no": "trade"}, status=401),
    "payments.keys.list_keys": alike(*CONSOLE),
    "payments.keys.post_key": alike(*CONSOLE, form={"role": "full", "label": "x"}),
    "payments.keys.post_rotate": alike(*PAYMENT_KEY),
    "payments.keys.post_revoke": alike(*PAYMENT_KEY),
    "payments.keys.post_endpoint": alike(*CONSOLE, form={"url": "https://shop.example/n"}),
    "payments.keys.post_rotate_secret": alike(*ENDPOINT, form={"mode": "test"}),
    "payments.keys.post_remove": alike(*ENDPOINT, form={"mode": "test"}),
    "payments.console.list_payments": alike(*CONSOLE),
    "payments.console.show_payment": alike(*PAYMENT),
    "payments.console.show_code": Open("see show_payment; a picture is no text"),
    "payments.console.post_refund": alike(*PAYMENT, form={"amount": "1", "refund_no": NEW_ID}),
    "payments.console.post_act": alike(
        {"handle": "own:brand_handle", "order_id": "prepay", "act": "act"},
        {"handle": "brand_handle", "order_id": "prepay", "act": "act"},
    ),
    "payments.console.post_resend": alike(
        {"handle": "own:brand_handle", "order_id": "prepay", "event_id": "payment_event"},
        {"handle": "brand_handle", "order_id": "prepay", "event_id": "payment_event"},
    ),
    "payments.together.show_together": alike({"bundle_id": "bundle"}),
    "payments.together.post_together": alike({"bundle_id": "bundle"}, form={"amount_minor": "2"}),
    "payments.mandates.show_mandate": alike({"mandate_id": "mandate"}),
    "payments.mandates.post_signature": alike({"mandate_id": "mandate"}, form={"pin": PIN}),
    "payments.mandates.post_revoke": alike({"mandate_id": "mandate"}),
    "payments.cashier.show_cashier": alike({"order_id": "prepay"}),
    "payments.cashier.post_payment": alike(
        {"order_id": "prepay"}, form={"pin": PIN, "amount_minor": "12800"}
    ),
    "payments.cashier.post_first_pin": Open("the PIN is the caller's own"),
    # The market, as a buyer.
    "market_api.get_order": alike(*ORDER),
    "market_api.post_cancel": alike(*ORDER, json={}),
    "market_api.post_confirmation": alike(*ORDER, json={}),
    "market_api.post_payment": alike(*ORDER, json={"pin": PIN, "amount_minor": 12_800}),
    "market_api.post_shipment": alike(*ORDER, json={"carrier": "SF", "tracking": "SF1234567"}),
    "market_api.put_refund": alike(
        {"order_id": "order", "refund_id": "refund"}, json={"reason": "It never came."}
    ),
    "market_api.put_order": Key(
        {"order_id": "unpaid"}, 422,
        lambda at: {"brand_id": at.theirs["brand"],
                    "lines": [{"product_id": at.theirs["product"], "quantity": 3}]},
    ),
    "market_api.put_address": Key({"address_id": "address"}, 404, lambda _at: HOME),
    "market_api.put_product": Key(
        {"product_id": "product"}, 422,
        lambda at: {"brand_id": at.own["brand"], "sku": "X", "name": "X", "price_minor": 1,
                    "currency": "CNY"},
    ),
    "market_web.orders.show_order": alike(*ORDER),
    "market_web.orders.show_order_state": alike(*ORDER),
    "market_web.orders.post_confirm": alike(*ORDER),
    "market_web.orders.post_cancel": alike(*ORDER),
    "market_web.orders.show_refund": alike(*ORDER),
    "market_web.orders.post_refund": alike(
        *ORDER, form={"reason": "It never came.", "refund_id": NEW_ID}
    ),
    "market_web.pay.show_pay": alike(*ORDER),
    "market_web.pay.post_pay": alike(*ORDER, form={"pin": PIN, "amount_minor": "12800"}),
    "market_web.pay.post_reprice": alike(*ORDER),
    "market_web.addresses.post_remove_address": alike({"address_id": "address"}),
    "market_api.get_product": Open("what is on sale is for everybody to see"),
    "market_web.products.show_product": Open("what is on sale is for everybody to see"),
    "market_web.pay.show_buy": Open("what is on sale is for everybody to buy"),
    "market_web.pay.post_buy": Open("what is on sale is for everybody to buy"),
    # The market, as a shop.
    "market_web.console.show_today": alike(*CONSOLE),
    "market_web.console.show_sales": alike(*CONSOLE),
    "market_web.console.show_sale": alike(*SALE),
    "market_web.console.show_sale_state": alike(*SALE),
    "market_web.console.show_ship": alike(*SALE),
    "market_web.console.show_decline": alike(*SALE),
    "market_web.console.post_ship": alike(*SALE, form={"carrier": "SF", "tracking": "SF1234567"}),
    "market_web.console.post_ready": alike(*SALE),
    "market_web.console.post_collect": alike(*SALE, form={"code": "123456"}),
    "market_web.console.post_accept_refund": alike(*SALE),
    "market_web.console.post_decline": alike(*SALE, form={"answer": "It was sent."}),
    "market_web.goods.show_goods": alike(*CONSOLE),
    "market_web.goods.show_new_product": alike(*CONSOLE),
    "market_web.goods.show_own_product": alike(
        {"handle": "own:brand_handle", "product_id": "product"},
        {"handle": "brand_handle", "product_id": "product"},
    ),
    "market_web.goods.post_product": alike(
        {"handle": "brand_handle", "product_id": "product"},
        form={"sku": "X", "name": "X", "price": "1", "currency": "CNY", "kind": "goods"},
    ),
    # Brands and programs.
    "brands.console.show_brand_form": alike(*CONSOLE),
    "brands.console.post_brand": alike(*CONSOLE, form={"name": "Mine"}),
    "brands.console.list_keys": alike(*CONSOLE),
    "brands.console.post_key": alike(*CONSOLE, form={"label": "mine"}),
    "brands.console.post_revoke": alike(
        {"handle": "own:brand_handle", "key_id": "key"}, {"handle": "brand_handle", "key_id": "key"}
    ),
    "brands.console.list_team": alike(*CONSOLE),
    "brands.console.post_member": alike(*CONSOLE, form={"handle": "eve"}),
    "brands.console.post_remove": alike({"handle": "brand_handle", "person_id": "person"}),
    "brands.mine.post_mute": Open("every brand has a public page and may be muted"),
    "brands.inbox.show_inbox": alike(*CONSOLE),
    "brands.inbox.show_chat": alike(*INBOX),
    "brands.inbox.post_reply": alike(*INBOX, form={"client_id": "mine-1", "text": "Hello"}),
    "brands.mine.post_follow": Open("every brand has a public page and may be followed"),
    "market_web.shop.show_shop": Open("every brand has a public page"),
    "programs.console.show_programs": alike(*CONSOLE),
    "programs.console.post_submit": alike(*VERSION),
    "programs.console.post_withdraw": alike(*VERSION),
    "programs.console.post_live": alike(*VERSION),
    "programs.console.post_offline": alike(
        {"handle": "own:brand_handle", "program_id": "program"},
        {"handle": "brand_handle", "program_id": "program"},
    ),
    "programs_api.list_versions": alike({"app_id": "program"}, bearer=True),
    "programs_api.post_package": Open("an id is claimed by its first upload (test_packages)"),
    "programs.secrets.show_secrets": alike(*SECRETS),
    "insights.show_insights": alike(*SECRETS),
    "programs.secrets.post_secret": alike(
        *SECRETS, form={"name": "PAY_KEY", "host": "evil.example", "value": "mine"}
    ),
    "programs.secrets.post_remove": alike(*({**case, "name": "secret"} for case in SECRETS)),
    # Review.
    "review.appeals.show_appeal": alike(*VERSION),
    "review.appeals.post_appeal": alike(*VERSION, form={"text": "Look again."}),
    "review.admin.show_verify": alike({"brand_id": "brand"}, status=403),
    "review.admin.post_verify": alike(
        {"brand_id": "brand"}, status=403, form={"on": "1", "reason": REASON}
    ),
    "review.submission.show_submission": alike(*SUBMISSION, status=403),
    "review.submission.show_file": alike(*SUBMISSION, status=403, query="?path=manifest.json"),
    "review.submission.open_trial": alike(*SUBMISSION, status=403),
    "review.submission.post_approve": alike(*SUBMISSION, status=403),
    "review.submission.show_reject": alike(*SUBMISSION, status=403),
    "review.submission.post_reject": alike(*SUBMISSION, status=403, form={"reason": REASON}),
    "review.submission.post_appeal_decision": alike(
        *SUBMISSION, status=403, form={"outcome": "overturned", "reason": REASON}
    ),
    # The bridge.
    "bridge.sheets.show_ask": alike(*ASK),
    "bridge.sheets.post_ask": alike(*ASK, form={"how": "always"}),
    "bridge.sheets.post_close": alike(*ASK),
    "bridge.messages.post_stop_like": alike({"message_id": "service_message"}),
    "bridge.acts.show_call": alike(*PROGRAM, query="?number=12345&seal=x"),
    "bridge.acts.show_save": alike(*PROGRAM, query="?picture=x&seal=x"),
    "bridge.permissions.show_log": alike(*PROGRAM),
    "bridge.exports.show_person_data": Open("programs are public; the file is the caller's own"),
    "bridge.exports.show_program_data": alike(*PROGRAM),
    "bridge.shares.show_share": alike({"share_id": "share"}),
    "bridge.shares.show_qr": Open("a frame has no cookie: the id itself opens (128 bits)"),
    "bridge.suspensions.post_suspend": alike(
        {"version_id": "version"}, status=403, form={"reason": REASON}
    ),
    "bridge.suspensions.post_lift": alike(
        {"version_id": "version"}, status=403, form={"reason": REASON}
    ),
    "bridge_api.post_login": alike(
        {"app_id": "program"}, status=401, json={"code": "no-such-code"}, bearer=True
    ),
    "review.incidents.show_incident": alike({"incident_id": "incident"}, status=403),
    "review.incidents.show_case": alike({"version_id": "version"}, status=403),
    "bridge.program.show_program": alike(
        *PROGRAM, {"program_id": "program", "page": "own:page"}
    ),
    "bridge.program.show_menu": alike(*PROGRAM),
    "bridge.program.show_consent": alike(*PROGRAM),
    "bridge.program.post_consent": alike(*PROGRAM, form={"how": "always"}),
    "bridge.files.show_frame": Open("a frame has no cookie: the id itself opens (128 bits)"),
    "bridge.files.show_file": Open("a frame has no cookie: the digest itself opens (256 bits)"),
    # Chat.
    "chat.show_chat": alike(*CHAT),
    "chat.money.show_packet_form": alike(*CHAT),
    "chat.money.confirm_packet": alike(*CHAT, form={"amount": "1", "currency": "CNY"}),
    "chat.money.post_packet": alike(
        *CHAT, form={"amount": "1", "currency": "CNY", "key": "packet-9", "pin": PIN}
    ),
    "chat.money.show_packet": alike(*PACKET),
    "chat.money.post_open": alike(*PACKET),
    "chat_api.money.get_packet": alike(*PACKET),
    "chat_api.money.post_open": alike(*PACKET),
    "chat.money.show_split_form": alike(*CHAT),
    "chat.money.post_split": alike(
        *CHAT, form={"amount": "1", "currency": "CNY", "key": "split-99", "person": "x"}
    ),
    "chat_api.money.put_split": Open("the key counts for its caller only (TestKeys)"),
    "chat_api.money.put_packet": Open("the key counts for its caller only (TestKeys)"),
    "chat.show_about": alike(*CHAT),
    "chat.list_messages": alike(*CHAT),
    "chat.post_message": alike(*CHAT, form={"text": "Me too.", "client_id": "eve-1"}),
    "chat.post_read": alike(*CHAT, form={"seq": "1"}),
    "chat.post_leave": alike(*CHAT),
    "chat.post_rename": alike(*CHAT, form={"title": "Mine"}),
    "chat.post_members": alike(*CHAT),
    "chat.show_add": alike(*CHAT),
    "chat.post_remove": alike({"conversation_id": "group", "person_id": "person"}),
    "chat.post_recall": alike({"conversation_id": "chat", "seq": "seq"}),
    "chat.open_with": Open("handles are public; a stranger is led to the page that asks"),
    "chat_api.list_messages": alike(*CHAT),
    "chat_api.put_message": alike(
        {"conversation_id": "chat", "client_id": "message"}, json={"text": "Me too."}
    ),
    "chat_api.delete_message": alike({"conversation_id": "chat", "seq": "seq"}),
    "chat_api.put_read": alike(*CHAT, json={"seq": 1}),
    "chat_api.put_direct": alike({"person_id": "person"}, status=403),
    "chat_api.put_group": Key(
        {"group_id": "group"}, 404, lambda at: {"member_ids": [at.bob.id, at.zhou.id]}
    ),
    # Contacts.
    "contacts_api.put_accepted": alike({"request_id": "request"}),
    "contacts_api.put_declined": alike({"request_id": "request"}),
    "contacts.post_accept": alike({"request_id": "request"}),
    "contacts.post_decline": alike({"request_id": "request"}),
    "contacts_api.delete_contact": alike({"person_id": "person"}),
    "contacts_api.put_alias": alike({"person_id": "person"}, json={"alias": "A"}),
    "contacts_api.put_block": Open("anybody may be blocked, and people can be found by handle"),
    "contacts_api.delete_block": Open("taking back a block that is not there is nothing"),
    "contacts.show_person": Open("handles are public: this page is where one asks"),
    "contacts.post_alias": Open("handles are public; who is no contact is refused by name"),
    "contacts.post_block": Open("anybody may be blocked"),
    "contacts.post_remove": Open("handles are public; who is no contact is refused by name"),
    "contacts.post_unblock": Open("taking back a block that is not there is nothing"),
    # The feed.
    "feed.show_post": alike(*POST),
    "feed.show_post_menu": alike(*POST),
    "feed.show_talk": alike(*POST),
    "feed.post_like": alike(*POST),
    "feed.post_comment": alike(*POST, form={"text": "Me too.", "comment_id": NEW_ID}),
    "feed.post_delete": alike(*POST),
    "feed.post_hide": alike(*POST),
    "feed.post_comment_delete": alike({"comment_id": "comment"}),
    "feed.show_person_posts": Open("shows a stranger what is public"),
    "feed_api.show_post": alike(*POST),
    "feed_api.delete_post": alike(*POST),
    "feed_api.put_like": alike(*POST),
    "feed_api.delete_like": alike(*POST),
    "feed_api.put_hidden": alike(*POST),
    "feed_api.put_comment": alike(
        {"post_id": "post", "comment_id": "comment"}, json={"text": "Me too."}
    ),
    "feed_api.delete_comment": alike({"post_id": "post", "comment_id": "comment"}),
    "feed_api.put_post": Key(
        {"post_id": "post"}, 422, lambda _at: {"text": "For friends.", "audience": "friends"}
    ),
    # Identity, shell, core.
    "identity.me.post_revoke": alike({"session_id": "session"}),
    "identity.people.show_person": Open("handles are public"),
    "shell.show_problem": Open("documentation"),
    "core.show_asset": Open("static files"),
    "core.show_picture": Open("a frame has no cookie: the digest itself opens (128 bits)"),
}  # fmt: skip
