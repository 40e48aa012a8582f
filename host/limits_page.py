"""Writes docs/limits.md from the constants themselves, so that it cannot say something else.

``python -m host.limits_page`` writes the page; a test compares it, and finds public limits that
neither stand here nor are said below to be nobody's business.
"""

import importlib
from pathlib import Path

from host.core.settings import PREFIX, Settings
from host.limits_of_people import PEOPLE_MONEY
from host.limits_of_shops import SHOP_SECTIONS
from host.payments.limits import LINES as PAYMENTS
from host.wallet.limits_page import CONFIRMING, tiers_table
from runtime.settings import PoolSettings

FILE = Path(__file__).parents[1] / "docs" / "limits.md"

# What is limited, and where its number stands: `module:NAME`, `setting:field`, `pool:field`.
Line = tuple[str, str]
SECTIONS: dict[str, tuple[Line, ...]] = {
    "Pictures and uploads": (
        ("One picture, as sent", "setting:picture_bytes_max"),
        ("Pixels of one picture", "host.core.media:PIXELS_MAX"),
        ("Longest side that is kept; larger ones are made smaller", "host.core.media:SIDE_PX_MAX"),
        ("All pictures of one person, as kept", "setting:person_media_bytes_max"),
        ("One request of a browser, all its files together", "host.app:REQUEST_BYTES_MAX"),
    ),
    "Accounts": (
        ("Handle, at least", "host.identity.service.names:HANDLE_LENGTH_MIN"),
        ("Handle, at most", "host.identity.service.names:HANDLE_LENGTH_MAX"),
        ("Name", "host.identity.service.names:NAME_GRAPHEMES_MAX"),
        ("Password, at least", "host.identity.model:PASSWORD_LENGTH_MIN"),
        ("Password, at most", "host.identity.model:PASSWORD_LENGTH_MAX"),
        ("Line about oneself", "host.identity.model:ABOUT_LENGTH_MAX"),
        (
            "Registrations from one address",
            "host.identity.service.entry:_REGISTRATIONS_PER_MINUTE",
        ),
        (
            "Attempts to sign in as one person from one address, in 15 minutes",
            "host.identity.service.sign_in:_PAIR_COUNT_MAX",
        ),
        (
            "Attempts from one address, in 15 minutes",
            "host.identity.service.sign_in:_ADDRESS_COUNT_MAX",
        ),
        (
            "Attempts to sign in as one person from anywhere, in 15 minutes",
            "host.identity.service.sign_in:_HANDLE_COUNT_MAX",
        ),
    ),
    "Contacts and chat": (
        ("Contacts", "host.contacts.model:CONTACT_COUNT_MAX"),
        ("Words with a request", "host.contacts.model:HELLO_LENGTH_MAX"),
        ("A name of one's own for a contact", "host.contacts.model:ALIAS_LENGTH_MAX"),
        ("Requests that wait for an answer", "host.contacts.model:WAITING_COUNT_MAX"),
        ("Requests", "host.contacts.model:REQUESTS_PER_MINUTE_MAX"),
        ("Searches for a handle", "host.contacts.model:SEARCHES_PER_MINUTE_MAX"),
        ("A request may be repeated after", "host.contacts.model:REQUEST_TTL_MS"),
        ("A message", "host.chat.model:TEXT_LENGTH_MAX"),
        ("Messages of one person in all chats", "setting:messages_per_minute_max"),
        (
            "A shop answers a person, after their last message, for",
            "host.chat.model:REPLY_WITHIN_MS",
        ),
        ("A message can be taken back for", "host.chat.model:RECALL_TTL_MS"),
        ("Name of a group", "host.chat.model:TITLE_LENGTH_MAX"),
        ("People in a group", "host.chat.model:GROUP_COUNT_MAX"),
        ("New groups", "host.chat.model:GROUPS_PER_MINUTE_MAX"),
        ("Chats that one card is shared to at once", "host.chat.model:SHARE_COUNT_MAX"),
    ),
    "Posts": (
        ("A post", "host.feed.model:TEXT_LENGTH_MAX"),
        ("Pictures of a post", "host.feed.model:PICTURE_COUNT_MAX"),
        ("Words that describe a picture", "host.feed.model:ALT_LENGTH_MAX"),
        ("A comment", "host.feed.model:COMMENT_LENGTH_MAX"),
        ("Posts", "host.feed.model:POSTS_PER_MINUTE_MAX"),
        ("Comments", "host.feed.model:COMMENTS_PER_MINUTE_MAX"),
        ("Likes", "host.feed.model:LIKES_PER_MINUTE_MAX"),
    ),
    "Money": (
        ("One transfer, in minor units", "host.core.money:AMOUNT_MINOR_MAX"),
        *PEOPLE_MONEY,
        ("Words with a transfer", "host.wallet.service.payments:MEMO_LENGTH_MAX"),
        ("Wrong PINs before a pause", "host.wallet.service.pin:ATTEMPT_COUNT_MAX"),
        ("The first pause", "host.wallet.service.pin:LOCK_MS"),
        ("The longest pause; each is four times the last", "host.wallet.service.pin:LOCK_MS_MAX"),
    ),
    **SHOP_SECTIONS,
    "Payments for merchants' servers": PAYMENTS,
    "Confirming a payment": CONFIRMING,
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
    "Shops": (
        ("Shops of one person", "host.brands.model:BRANDS_PER_PERSON_MAX"),
        ("Name of a shop", "host.brands.model:NAME_GRAPHEMES_MAX"),
        ("What a shop says about itself", "host.brands.model:DESCRIPTION_LENGTH_MAX"),
        ("Upload keys of a shop", "host.brands.model:KEYS_PER_BRAND_MAX"),
        ("Name of a key", "host.brands.model:KEY_LABEL_LENGTH_MAX"),
        ("Name of a product", "host.market.service.catalogue:NAME_CHARS_MAX"),
        ("Description of a product", "host.market.service.catalogue:DESCRIPTION_CHARS_MAX"),
        ("SKU", "host.market.service.catalogue:SKU_CHARS_MAX"),
        ("Price, in minor units", "host.market.model:PRICE_MINOR_MAX"),
        ("Stock", "host.market.model:STOCK_MAX"),
        ("Words of a search for shops", "host.programs.model:SEARCH_LENGTH_MAX"),
        ("Name of a carrier", "host.market.service.fulfilment:CARRIER_CHARS_MAX"),
        ("Tracking number", "host.market.service.fulfilment:TRACKING_CHARS_MAX"),
        ("Attempts at the code of one collection", "host.market.web.console:_COLLECT_PER_MINUTE"),
    ),
    "Review": (
        ("A note on a break of a rail's statement", "host.treasury.service.breaks:NOTE_LENGTH_MAX"),
        ("A decision comes within", "host.review.model:DECISION_WITHIN_MS"),
        ("An appeal's decision comes within", "host.review.model:APPEAL_WITHIN_MS"),
        ("Reason of a decision, at least", "host.review.model:REASON_LENGTH_MIN"),
        ("Reason of a decision, at most", "host.review.model:REASON_LENGTH_MAX"),
        ("An appeal", "host.review.model:APPEAL_LENGTH_MAX"),
    ),
    "A mini-program's package": (
        ("Package", "setting:package_bytes_max"),
        ("Unpacked", "runtime.archive:UNPACKED_BYTES_MAX"),
        ("One file", "runtime.archive:FILE_BYTES_MAX"),
        ("Files", "runtime.archive:FILES_MAX"),
        ("Name of a file", "runtime.archive:NAME_CHARS_MAX"),
        ("Manifest", "sdk.contract.manifest:MANIFEST_BYTES_MAX"),
        ("One Python file", "runtime.policy.source:SOURCE_BYTES_MAX"),
        ("Nodes of one Python file's syntax tree", "runtime.policy.source:NODES_MAX"),
        ("Nesting of one Python file", "runtime.policy.source:DEPTH_MAX"),
        ("One template", "runtime.view.markup:TEMPLATE_BYTES_MAX"),
        ("Nesting of a template", "runtime.view.markup:MARKUP_DEPTH_MAX"),
        ("One style sheet", "runtime.view.css:CSS_BYTES_MAX"),
        ("One expression", "runtime.view.expression:EXPRESSION_CHARS_MAX"),
        ("Names and signs of one expression", "runtime.view.expression:EXPRESSION_TOKENS_MAX"),
        ("Nesting of one expression", "runtime.view.expression:EXPRESSION_DEPTH_MAX"),
        ("All templates, sheets and texts together", "runtime.program:TEXT_CHARS_MAX"),
        ("Uploads of one shop", "host.programs.api:_UPLOADS_PER_MINUTE"),
    ),
    "A running mini-program": (
        ("Processor time of one event", "setting:program_cpu_ms_max"),
        (
            "Duration of one event, waits for the host not counted",
            "setting:program_wall_ms_max",
        ),
        ("Memory of one worker", "setting:program_memory_mib_max"),
        ("What one event sends back: its changes, effects and card", "pool:reply_bytes_max"),
        ("The host's answer to one call", "pool:answer_bytes_max"),
        ("Calls of `api` in one event", "pool:event_calls_max"),
        (
            "Calls of one program, by all its workers for all people together",
            "host.bridge.visit:CALLS_PER_SECOND_MAX",
        ),
        ("Effects (`api.nav`, `api.ui`) of one event", "runtime.worker:EFFECTS_MAX"),
        ("Lines of log of one event", "pool:log_lines_max"),
        ("Log of one event", "pool:log_bytes_max"),
        ("State of one page", "runtime.session:STATE_BYTES_MAX"),
        ("Nesting of the state", "runtime.session:STATE_DEPTH_MAX"),
        ("Components with a class on one page", "runtime.view.parts:PARTS_MAX"),
        ("Data of one component", "runtime.turn:PART_STATE_BYTES_MAX"),
        ("Events that one handler of a component emits", "sdk.component:EVENTS_EMITTED_MAX"),
        ("Handlers that one event of a person sets off", "runtime.turn:RUNS_MAX"),
        (
            "Failures that on_error is told, all people together",
            "host.bridge.app_life:ERRORS_TOLD_PER_MINUTE",
        ),
        ("A visit ends after this long without a touch", "host.bridge.app_life:VISIT_GAP_MS"),
        ("Nodes of one page", "runtime.view.run:NODES_MAX"),
        ("Steps of one rendering", "runtime.view.run:STEPS_MAX"),
        ("Characters that one page shows", "runtime.view.run:TEXT_CHARS_MAX"),
        ("One computed text", "runtime.view.run:STRING_CHARS_MAX"),
        ("One stored value", "sdk.contract.arguments:VALUE_BYTES_MAX"),
        ("All that is stored for one person", "host.bridge.capabilities.storage:STORAGE_BYTES_MAX"),
        (
            "Keys that are stored for one person",
            "host.bridge.capabilities.storage:STORAGE_KEYS_MAX",
        ),
        ("The program's database, all people together", "host.bridge.store:PROGRAM_BYTES_MAX"),
        ("Collections of `api.db`", "sdk.contract.documents:COLLECTIONS_MAX"),
        ("One document", "sdk.contract.documents:DOCUMENT_BYTES_MAX"),
        ("Nesting of a document", "sdk.contract.documents:DOCUMENT_DEPTH_MAX"),
        ("Documents of one collection", "sdk.contract.documents:DOCUMENTS_PER_COLLECTION_MAX"),
        ("All documents of one collection", "sdk.contract.documents:COLLECTION_BYTES_MAX"),
        (
            "Documents of one person in one program",
            "sdk.contract.documents:DOCUMENTS_PER_PERSON_MAX",
        ),
        ("A removed program's database is kept for", "host.bridge.removal:REMOVED_KEPT_MS"),
        ("Conditions of one query", "sdk.contract.documents:CONDITIONS_MAX"),
        ("Values behind `in`", "sdk.contract.documents:ALTERNATIVES_MAX"),
        ("Documents that one `db.find` returns", "sdk.contract.documents:FOUND_BYTES_MAX"),
        (
            "Beginning of a text that documents are ordered by",
            "sdk.contract.documents:ORDER_CHARS_MAX",
        ),
        (
            "Documents that one person's queries look at",
            "host.bridge.capabilities.database:DOCUMENTS_READ_PER_MINUTE",
        ),
        (
            "Documents that all people's queries look at",
            "host.bridge.capabilities.database:PROGRAM_DOCUMENTS_READ_PER_MINUTE",
        ),
        (
            "How often an event runs that others keep overtaking",
            "host.bridge.runner:ATTEMPTS_MAX",
        ),
        ("Query of a page", "sdk.contract.arguments:QUERY_BYTES_MAX"),
        ("Names in the query of a page", "sdk.contract.arguments:QUERY_KEYS_MAX"),
        ("One amount, in minor units", "sdk.contract.shapes:AMOUNT_MINOR_MAX"),
        ("A regular expression", "runtime.policy.patterns:PATTERN_CHARS_MAX"),
        ("A text that one is searched in", "runtime.policy.patterns:TEXT_CHARS_MAX"),
        (
            "The same, when the search may begin anew at each sign",
            "runtime.policy.patterns:TEXT_CHARS_RETRIED_MAX",
        ),
        ("Events of one person in one program", "host.bridge.pages:EVENTS_PER_MINUTE"),
        ("Pages that one person opens in one program", "host.bridge.pages:OPENS_PER_MINUTE"),
        ("Pages kept for one person in one program", "host.bridge.pages:PAGES_PER_PERSON_MAX"),
        ("A page that nobody looks at is kept for", "host.bridge.store:PAGE_TTL_MS"),
        (
            "Pictures that a person gives at once",
            "sdk.contract.capabilities.media:PICTURES_CHOSEN_MAX",
        ),
        (
            "Pictures of one person that one program has",
            "host.bridge.model:PICTURES_PER_PROGRAM_MAX",
        ),
        ("Pictures of one person that sheets decode", "host.bridge.model:UPLOADS_PER_MINUTE"),
        ("The text of a scanned code", "sdk.contract.capabilities.place:CODE_CHARS_MAX"),
        (
            "A text for or from the clipboard",
            "sdk.contract.capabilities.device:CLIPBOARD_CHARS_MAX",
        ),
        ("Messages that follow from one order or choice", "host.bridge.model:MESSAGES_PER_ACT_MAX"),
        ("A field of a message", "sdk.contract.message_text:FIELD_CHARS_MAX"),
        (
            "Reports of one program, all people together",
            "host.insights.model:REPORTS_PER_MINUTE_MAX",
        ),
        ("Reports of one program that a day counts", "host.insights.model:REPORTS_PER_DAY_MAX"),
        ("Names of events that a day counts", "host.insights.model:NAMES_MAX"),
        ("Fields of one name that a day counts", "host.insights.model:FIELDS_PER_NAME_MAX"),
        ("Values of one field that a day counts", "host.insights.model:VALUES_PER_FIELD_MAX"),
        ("Fields of one report", "sdk.contract.reports:FIELDS_MAX"),
        ("A value that is reported", "sdk.contract.reports:VALUE_CHARS_MAX"),
        ("A whole number that is reported", "sdk.contract.reports:NUMBER_MAX"),
        ("A figure is about, at least", "host.insights.model:PEOPLE_COUNT_MIN"),
        ("Figures are kept for", "host.insights.model:FIGURES_KEPT_DAYS"),
        ("A question to a person stays open for", "host.bridge.model:ASK_TTL_MS"),
        ("A line that `ui.prompt` asks for", "host.bridge.service.sheets.shell:TEXT_LENGTH_MAX"),
        ("The address in a QR code", "host.bridge.share:QR_URL_LENGTH_MAX"),
        (
            "Events whose log is kept, all people together",
            "host.bridge.log_lines:EVENTS_LOGGED_PER_MINUTE",
        ),
        ("Lines of log of one program that are kept", "host.bridge.model:LOG_LINES_KEPT_MAX"),
        ("A line of log is kept for", "host.bridge.model:LOG_KEPT_MS"),
        ("Events of one program that can be run again", "host.bridge.recording:RECORDINGS_MAX"),
        ("Their recordings together", "host.bridge.recording:RECORDINGS_BYTES_MAX"),
        ("The recording of one event", "host.bridge.recording:RECORDING_BYTES_MAX"),
        ("Events that wait for one program", "pool:queue_events_max"),
        ("Workers of one program", "pool:workers_per_program_max"),
        ("A worker with nothing to do is ended after", "pool:idle_ms_max"),
        ("Processor time in a second of a worker with nothing to do", "pool:idle_cpu_ms_max"),
        ("Workers of all programs", "setting:program_workers_max"),
        ("Deaths of its workers in a minute before a pause", "pool:deaths_per_minute_max"),
        ("Alarms that suspend a version", "host.programs.incident:ALARMS_MAX"),
        (
            "Alarms that suspend one that was let go",
            "host.programs.incident:ALARMS_AFTER_LIFTING_MAX",
        ),
        ("Alarms of a version add up for", "host.programs.incident:ALARMS_WITHIN_MS"),
        ("Incidents are kept for", "host.programs.incident:INCIDENT_KEPT_MS"),
    ),
    "What a mini-program asks of other hosts": (
        ("Body of a request", "host.bridge.http_request:BODY_BYTES_MAX"),
        ("Headers of a request", "host.core.egress_rules:HEADERS_MAX"),
        ("One header", "host.bridge.http_request:HEADER_LENGTH_MAX"),
        ("An answer", "host.core.egress:ANSWER_BYTES_MAX"),
        ("What the handler gets of it", "host.bridge.http_request:RESULT_BYTES_MAX"),
        ("Nesting of JSON in it", "host.bridge.http_request:JSON_DEPTH_MAX"),
        (
            "Requests of one program, all people together",
            "host.bridge.http_request:PROGRAM_REQUESTS_PER_MINUTE",
        ),
        ("Requests of one program at the same time", "host.core.egress:PROGRAM_REQUESTS_MAX"),
        ("A request and its whole answer", "host.core.egress:TOTAL_TIMEOUT_S"),
        ("Secrets of one program", "host.programs.model:SECRETS_MAX"),
        ("One secret", "host.programs.model:SECRET_LENGTH_MAX"),
    ),
    "Programs that speak to this host": (
        ("Open tabs of one person", "host.core.live:CONNECTIONS_PER_PERSON_MAX"),
        ("Tickets for the live channel, of one person", "host.core.live_socket:TICKETS_PER_MINUTE"),
        ("One frame of the live channel, upwards", "host.core.live_socket:FRAME_BYTES_MAX"),
        ("Live events are kept for", "host.core.live:KEPT_MS"),
        ("Answers by idempotency key are kept for", "host.core.answers:KEPT_MS"),
        (
            "Refusals with a key, of one person at one address",
            "host.core.answers:REFUSALS_PER_MINUTE_MAX",
        ),
        ("Access tokens from one address", "host.brands.api:_TOKENS_PER_MINUTE"),
        ("The id of a message", "host.chat.model:CLIENT_ID_LENGTH_MAX"),
        ("The id of a post or comment", "host.feed.model:ID_LENGTH_MAX"),
        ("Rows of one page of a list", "host.core.paging:PAGE_ROWS_MAX"),
    ),
}

# What a word of a constant's name says of its number.
_UNITS = {
    "mib": " MiB",
    "s": " s",
    "chars": " characters",
    "length": " characters",
    "graphemes": " characters",
    "days": " days",
    "px": " pixels",
    "pixels": " pixels",
}

_INTRO = """# Limits

<!-- Made by `python -m host.limits_page` from the constants themselves. -->

What is longer, larger or more often than this is refused with a sentence that names the limit.
Numbers that an operator can change are the defaults of the [setting](settings.md) that is named
beside them. Each call of `api` has its own limit a minute:
[reference/capabilities.md](reference/capabilities.md).
"""


def page() -> str:
    """Return docs/limits.md."""
    parts = [_INTRO]
    for title, lines in SECTIONS.items():
        rows = "\n".join(f"| {what} | {_shown(place)} |" for what, place in lines)
        parts.append(f"## {title}\n\n| what | limit |\n|---|---|\n{rows}\n")
    parts.append(tiers_table())
    return "\n".join(parts)


def _shown(place: str) -> str:
    """Return the number at ``place`` in the unit that its name says."""
    where, name = place.split(":")
    if where == "setting":
        return f"{_in_unit(name, getattr(Settings(), name))} (`{PREFIX}{name.upper()}`)"
    holder = PoolSettings() if where == "pool" else importlib.import_module(where)
    return _in_unit(name, getattr(holder, name))


def _in_unit(name: str, value: float) -> str:
    words = set(name.lower().split("_"))
    if "bytes" in words:
        return _bytes(int(value))
    if "ms" in words:
        return _duration(int(value))
    is_rate = words >= {"per", "minute"} and "deaths" not in words
    if words >= {"per", "second"}:
        return f"{value:,} a second"
    unit = " a minute" if is_rate else next((_UNITS[w] for w in _UNITS if w in words), "")
    return f"{value:,g}{unit}" if isinstance(value, float) else f"{value:,}{unit}"


def _bytes(value: int) -> str:
    for size, unit in ((2**20, "MiB"), (2**10, "KiB")):
        if value % size == 0:
            return f"{value // size} {unit}"
    return f"{value:,} bytes"


def _duration(value: int) -> str:
    for size, unit in ((86_400_000, "days"), (3_600_000, "hours"), (60_000, "minutes")):
        if value % size == 0 and value > size:
            return f"{value // size} {unit}"
    return f"{value // 1000} s" if value % 1000 == 0 else f"{value} ms"


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")
