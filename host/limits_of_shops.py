"""The limits of paying and buying, for ``host.limits_page``, which says how they are written."""

SHOP_SECTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "Paying by code": (
        ("A person's code may be used for", "host.codes.model:PAY_CODE_TTL_MS"),
        ("Codes that one person's screen asks for", "host.codes.model:CODES_PER_MINUTE_MAX"),
        ("A till waits for the person's word for", "host.codes.model:CHARGE_TTL_MS"),
        ("Codes that one person reads at a till", "host.codes.model:LOOKS_PER_MINUTE_MAX"),
        ("Wrong numbers before a shop's tills pause", "host.codes.model:MISS_COUNT_MAX"),
        ("They are counted, and the pause lasts, for", "host.codes.model:MISS_SPAN_MS"),
        ("The code of one sale may be paid for", "host.codes.model:SALE_TTL_MS"),
        ("A person's code for one amount may be paid for", "host.codes.model:ASK_TTL_MS"),
        ("Codes to be scanned that one person makes", "host.codes.model:LINKS_PER_MINUTE_MAX"),
        ("Pictures of codes that one person sends", "host.codes.model:PICTURES_PER_MINUTE_MAX"),
        ("Words with a payment by code", "host.codes.model:MEMO_LENGTH_MAX"),
    ),
    "Orders": (
        ("Lines of an order", "host.market.model:LINES_MAX"),
        ("Pieces of one line", "host.market.model:QUANTITY_MAX"),
        ("New orders", "host.market.model:ORDERS_PER_MINUTE_MAX"),
        ("Addresses of one person", "host.market.model:ADDRESSES_MAX"),
        ("Recipient of an address", "host.market.service.addresses:RECIPIENT_CHARS_MAX"),
        ("Place of an address", "host.market.service.addresses:PLACE_CHARS_MAX"),
        ("Telephone number of an address", "host.market.service.addresses:PHONE_CHARS_MAX"),
        ("Name of an address", "host.market.service.addresses:LABEL_CHARS_MAX"),
        ("Reason of a request for money back", "host.market.service.refunds:REASON_CHARS_MAX"),
        ("An unpaid order ends after", "host.market.model:EXPIRE_AFTER_MS"),
        ("A shop should send within", "host.market.model:SEND_WITHIN_MS"),
        ("What was not sent is paid back after", "host.market.model:RETURN_UNSENT_AFTER_MS"),
        ("A parcel counts as received after", "host.market.model:CONFIRM_PARCEL_AFTER_MS"),
        ("Anything else counts as received after", "host.market.model:CONFIRM_OTHER_AFTER_MS"),
        ("Money back can be asked for, after receipt, for", "host.market.model:CLOSE_AFTER_MS"),
        (
            "A request that the shop does not answer is granted after",
            "host.market.model:ANSWER_REFUND_WITHIN_MS",
        ),
    ),
}
