"""Identity and the live channel: a session that ends takes its open sockets with it."""

from typing import cast

from host.core.deps import Deps
from host.identity.service.sign_in import SESSION_ENDED_TOPIC


def install(deps: Deps) -> None:
    """Close the sockets of every session that is signed out from now on."""

    def end_sockets(value: object) -> None:
        person_id, session_id = cast("tuple[str, str]", value)
        deps.hub.end_session(person_id, session_id)

    deps.db.listen(SESSION_ENDED_TOPIC, end_sockets)
