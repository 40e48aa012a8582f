"""The limits of money between people, for ``host.limits_page``, which says how they are written."""

PEOPLE_MONEY: tuple[tuple[str, str], ...] = (
    ("A bonus ends within, in days", "host.wallet.bonus_model:BONUS_DAYS_MAX"),
    ("What a bonus is for", "host.wallet.bonus_model:BONUS_REASON_CHARS_MAX"),
    (
        "Running bonuses of one person from one giver",
        "host.wallet.bonus_model:BONUSES_RUNNING_MAX",
    ),
    ("Transfers to people", "host.wallet.service.payments:SENDS_PER_MINUTE_MAX"),
    ("What nobody takes goes back after", "host.wallet.service.payments:OFFER_TTL_MS"),
    (
        "Transfers of one person that wait to be taken",
        "host.wallet.service.payments:OFFERS_WAITING_COUNT_MAX",
    ),
    ("People asked for money at once", "host.wallet.service.requests:REQUEST_SHARES_MAX"),
    ("Requests for money", "host.wallet.service.requests:REQUESTS_PER_MINUTE_MAX"),
    (
        "Requests of one person that are open",
        "host.wallet.service.requests:REQUESTS_OPEN_COUNT_MAX",
    ),
    ("A request for money is open for", "host.wallet.service.requests:REQUEST_OPEN_MS"),
    ("Reminders, one in", "host.wallet.service.requests:REMINDER_EVERY_MS"),
    ("One red packet, in minor units", "host.wallet.service.packets:PACKET_MINOR_MAX"),
    ("Shares of a red packet", "host.wallet.service.packets:PACKET_SHARES_MAX"),
    ("The wish on a red packet", "host.wallet.service.packets:GREETING_LENGTH_MAX"),
    ("Red packets", "host.wallet.service.packets:PACKETS_PER_MINUTE_MAX"),
    (
        "Red packets of one person that are not empty",
        "host.wallet.service.packets:PACKETS_OPEN_COUNT_MAX",
    ),
    (
        "What nobody opens of a red packet goes back after",
        "host.wallet.service.packets:PACKET_TTL_MS",
    ),
)
