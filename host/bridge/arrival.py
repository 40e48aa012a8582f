"""What is noted when a page is opened: that the person was here, and whose link brought them."""

from host.bridge import service
from host.bridge.links import open_link
from host.bridge.open_page import OpenPage
from host.bridge.pairwise import openid
from host.core.db import Tx
from host.core.settings import Settings
from host.insights import service as insights
from host.programs import service as programs


def note_opening(tx: Tx, page: OpenPage, settings: Settings, *, now_ms: int) -> None:
    """Remember the visit; another's link counts for what is ordered during the next day."""
    secret_key = settings.secret_key
    program_id = page.running.program.id
    programs.record_visit(tx, page.person_id, program_id, now_ms=now_ms)
    if not page.running.is_trial:
        insights.count_opening(tx, program_id, page.person_id, secret_key=secret_key, now_ms=now_ms)
    link = open_link(secret_key=secret_key, program_id=program_id, page=page.path, query=page.query)
    if link is not None and link.sharer != openid(secret_key, program_id, page.person_id):
        service.note_arrival(tx, page.person_id, program_id, link, now_ms=now_ms)
