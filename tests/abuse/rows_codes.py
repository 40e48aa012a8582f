"""What a stranger gets from the addresses about codes, bills, files and exchange."""

from tests.abuse.rows_kinds import Alike, Key, Open, alike
from tests.wallet.people import PIN

_NEW_ID = "0198c0de-0000-7000-8000-00000000000d"
_REASON = "Looked at the shop and its papers for a while."
CONSOLE = ({"handle": "brand_handle"},)
BILL = ({"bill_id": "bill"},)
A_BILL = {"account_number": "M-1", "title": "Water", "amount_minor": 1, "currency": "CNY",
          "due_at_ms": 1}  # fmt: skip
CHARGE = ({"charge_id": "charge"},)
TILL = ({"handle": "own:brand_handle", "charge_id": "charge"},
        {"handle": "brand_handle", "charge_id": "charge"})  # fmt: skip

CODE_ROWS: dict[str, Alike | Key | Open] = {
    # Paying by code.
    "codes.pay.show_charge": alike(*CHARGE),
    "codes.pay.post_charge": alike(*CHARGE, form={"pin": PIN, "amount_minor": "2800"}),
    "codes.pay.post_decline": alike(*CHARGE),
    "codes_api.put_charge_payment": alike(*CHARGE, json={"pin": PIN, "amount_minor": 2_800}),
    "codes.scan.show_link": Open("a code is there to be scanned by anybody (100 bits)"),
    "codes.scan.confirm_link": Open("a code is there to be scanned by anybody (100 bits)"),
    "codes.scan.post_link": Open("a code is there to be scanned by anybody (100 bits)"),
    "codes_api.get_link": Open("a code is there to be scanned by anybody (100 bits)"),
    "codes_api.put_link_payment": Open("a code is there to be scanned by anybody (100 bits)"),
    "codes.till.show_till": alike(*CONSOLE),
    "codes.till.post_charge": alike(*CONSOLE, form={"key": _NEW_ID, "code": "1", "amount": "1"}),
    "codes.till.show_charge": alike(*TILL),
    "codes.till.post_link": alike(
        *CONSOLE, form={"key": _NEW_ID, "amount": "1", "currency": "CNY"}
    ),
    "codes.till.show_link": alike(
        {"handle": "own:brand_handle", "token": "sale_token"},
        {"handle": "brand_handle", "token": "sale_token"},
    ),
    "codes.till.show_counter_code": alike(*CONSOLE),
    "codes.till.get_counter_picture": alike(*CONSOLE),
    "codes.till.post_reset": alike(*CONSOLE),
    "codes_api.put_charge": alike(
        {"handle": "brand_handle", "key": "charge"},
        json={"code": "1", "amount_minor": 1, "currency": "CNY"},
    ),
    "codes_api.get_charge": alike(*TILL),
    "codes_api.put_link": alike(
        {"handle": "brand_handle", "key": "charge"}, json={"amount_minor": 1, "currency": "CNY"}
    ),
    # Bills.
    "bills.show_bill": alike(*BILL),
    "bills.post_bill": alike(
        *BILL, form={"key": _NEW_ID, "version": "1", "amount_minor": "8000", "pin": PIN}
    ),
    "bills.show_payment": alike({"payment_id": "bill_payment"}),
    "bills.post_remove": alike({"account_id": "bill_account"}),
    "bills.show_biller": Open("the directory is for everybody to see"),
    "bills.post_account": Open("who has the number of a bill may add it; tries are counted"),
    "bills_api.put_bill_payment": alike(
        {"bill_id": "bill", "key": "bill_payment"},
        json={"version": 1, "amount_minor": 8_000, "pin": PIN},
    ),
    "bills_api.get_payment": alike({"payment_id": "bill_payment"}),
    "bills_api.put_bill": alike({"handle": "brand_handle", "bill_number": "bill"}, json=A_BILL),
    "bills_api.delete_bill": alike({"handle": "brand_handle", "bill_number": "bill"}),
    "bills_api.get_payments": alike(*CONSOLE),
    "bills_api.put_answer": alike(
        {"handle": "own:brand_handle", "payment_id": "bill_payment"},
        {"handle": "brand_handle", "payment_id": "bill_payment"},
        json={"is_accepted": True},
    ),
    "review.admin.show_biller": alike({"brand_id": "brand"}, status=403),
    "review.admin.post_biller": alike(
        {"brand_id": "brand"}, status=403, form={"on": "1", "reason": _REASON}
    ),
    # Files and exchange.
    "wallet.files.get_receipt_pdf": alike({"transfer_id": "transfer"}),
    "wallet.exchange.show_quote": alike({"quote_id": "quote"}),
    "wallet.exchange.post_exchange": alike({"quote_id": "quote"}),
    "wallet_api.exchange.put_exchange": alike({"quote_id": "quote"}),
    "wallet_api.exchange.put_quote": Open("the key counts for its caller only"),
}  # fmt: skip
