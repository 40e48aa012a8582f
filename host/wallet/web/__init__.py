"""Pages of the wallet: home and statement, rails, sending and asking, PIN."""

from quart import Blueprint

from host.wallet.web import ask, home, pin, rails, receive, send

__all__ = ["blueprint"]

blueprint = Blueprint("wallet", __name__)
for part in (home, rails, send, receive, ask, pin):
    blueprint.register_blueprint(part.blueprint)
