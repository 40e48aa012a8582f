"""Pages of the wallet: home and statement, files, exchange, rails, sending, asking, PIN."""

from quart import Blueprint

from host.wallet.web import (
    ask,
    bonus,
    exchange,
    export,
    files,
    home,
    pin,
    rails,
    receive,
    send,
    settings,
)

__all__ = ["blueprint"]

blueprint = Blueprint("wallet", __name__)
for part in (home, bonus, files, exchange, rails, send, receive, ask, pin, export, settings):
    blueprint.register_blueprint(part.blueprint)
