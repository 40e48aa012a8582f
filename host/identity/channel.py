"""Identity and the live channel: a session that ends takes its open sockets with it."""

from host.core.deps import Deps
from host.identity.service.sign_in import SESSION_ENDED_TOPIC


def install(deps: Deps) -> None:
    """Close the sockets of every session that is signed out from now on."""

    def end_sockets(value: object) -> None:
        # After a gap the hub ends all sockets, and who comes back needs a session.
        if value is not None:
            deps.hub.end_session(*str(value).split(" "))

    deps.db.listen(SESSION_ENDED_TOPIC, end_sockets, elsewhere=end_sockets)
