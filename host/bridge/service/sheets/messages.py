"""The sheet in which a person chooses what they get messages about."""

from typing import Any

from host.bridge.model import Ask
from host.bridge.service.messages import outline, subscribe
from host.bridge.service.sheets.model import Answer, Sheet
from host.core.db import Tx
from host.programs import service as programs


def _read_topics(tx: Tx, ask: Ask) -> dict[str, Any]:
    version = programs.find_version(tx, ask.version_id)
    texts = {m.topic: m.text for m in version.messages} if version is not None else {}
    return {
        "topics": [
            (topic, {lang: outline(text) for lang, text in texts[topic].items()})
            for topic in ask.args["topics"]
            if topic in texts
        ]
    }


def _answer(tx: Tx, ask: Ask, answer: Answer) -> dict[str, Any] | None:
    """Take what was ticked; nothing ticked is a no."""
    chosen = [topic for topic in ask.args["topics"] if answer.fields.get(f"topic-{topic}") == "1"]
    if answer.fields.get("how") != "yes" or not chosen:
        return None
    subscribe(tx, ask.person_id, ask.program_id, chosen, act_id=ask.id, now_ms=answer.now_ms)
    return {"topics": chosen}


SHEETS = {
    "messages.subscribe": Sheet(
        "bridge/subscribe.html", _answer, declined={"topics": []}, read=_read_topics
    ),
}
