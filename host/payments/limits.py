"""What is limited in payments, for docs/limits.md: `host.limits_page` puts it there."""

LINES: tuple[tuple[str, str], ...] = (
    ("Requests of one merchant", "host.payments.model:REQUESTS_PER_MINUTE_MAX"),
    ("Number of an order or refund", "host.payments.model:NUMBER_LENGTH_MAX"),
    ("Description", "host.payments.model:DESCRIPTION_LENGTH_MAX"),
    ("Reason of a refund", "host.payments.model:REASON_LENGTH_MAX"),
    ("Metadata of an order, as JSON", "host.payments.model:METADATA_LENGTH_MAX"),
    ("An order is unpaid for, at least", "host.payments.model:EXPIRY_MS_MIN"),
    ("An order is unpaid for, when it does not say", "host.payments.model:EXPIRY_MS"),
    ("An order is unpaid for, at most", "host.payments.model:EXPIRY_MS_MAX"),
    ("Money is held for capture for", "host.payments.model:HOLD_MS"),
    ("Refunds of one payment", "host.payments.model:REFUND_COUNT_MAX"),
    ("A payment can be refunded for", "host.payments.model:REFUND_MS_MAX"),
    ("A signed call of a mini-program is good for", "host.payments.model:SIGNATURE_MS_MAX"),
    ("Keys of a shop's servers", "host.payments.model:KEYS_PER_BRAND_MAX"),
    ("Name of such a key", "host.payments.model:LABEL_LENGTH_MAX"),
    ("Old and new key, old and new secret serve for", "host.payments.model:OVERLAP_MS"),
    ("Orders that are paid together", "host.payments.model:BUNDLE_COUNT_MAX"),
    ("A mandate waits to be signed for", "host.payments.mandate_model:MANDATE_OPEN_MS"),
    ("Debits of one mandate in a period", "host.payments.mandate_model:DEBITS_PER_PERIOD_MAX"),
    ("Addresses for notices, of one mode", "host.payments.model:ENDPOINTS_PER_MODE_MAX"),
    ("An address for notices", "host.payments.model:URL_LENGTH_MAX"),
)
