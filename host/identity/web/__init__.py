"""Pages of the identity domain: sign-in, one's own page, devices, other people."""

from quart import Blueprint

from host.identity.session import load_session, renew_cookie
from host.identity.web import me, people, sign_in

__all__ = ["blueprint", "load_session"]

blueprint = Blueprint("identity", __name__)
for part in (sign_in, me, people):
    blueprint.register_blueprint(part.blueprint)
blueprint.after_app_request(renew_cookie)
