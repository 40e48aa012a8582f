"""Use cases of the bridge in the main database.

``opening``: who may run which version.  ``asks``: questions to people and their answers.
``consents``: what people allow, and what was learned.  ``logs``: what merchants read.
``messages``: what programs tell people.
``sheets``: how each capability that waits for a person asks.
"""

from host.bridge.service.asks import (
    accepted,
    access_open_ask,
    answer_order_asks,
    close_ask,
    decide,
    fail_delivery,
    find_waiting_asks,
    finish_delivery,
    open_asks,
    payment_result,
    read_sheet,
    requested_result,
    sheet_url,
    sweep,
)
from host.bridge.service.consents import (
    allow,
    allow_all,
    find_open_scopes,
    find_permissions,
    forget_person,
    note_access,
    revoke,
)
from host.bridge.service.logins import create_login_code, use_login_code
from host.bridge.service.logs import read_log, write_log
from host.bridge.service.messages import (
    find_subscriptions,
    find_topic,
    send_message,
    stop_like,
    stop_topic,
)
from host.bridge.service.opening import access_running
from host.bridge.service.shares import access_share, find_arrival, note_arrival, put_share
from host.bridge.service.sheets import SHEETS

__all__ = [
    "SHEETS",
    "accepted",
    "access_open_ask",
    "access_running",
    "access_share",
    "allow",
    "allow_all",
    "answer_order_asks",
    "close_ask",
    "create_login_code",
    "decide",
    "fail_delivery",
    "find_arrival",
    "find_open_scopes",
    "find_permissions",
    "find_subscriptions",
    "find_topic",
    "find_waiting_asks",
    "finish_delivery",
    "forget_person",
    "note_access",
    "note_arrival",
    "open_asks",
    "payment_result",
    "put_share",
    "read_log",
    "read_sheet",
    "requested_result",
    "revoke",
    "send_message",
    "sheet_url",
    "stop_like",
    "stop_topic",
    "sweep",
    "use_login_code",
    "write_log",
]
