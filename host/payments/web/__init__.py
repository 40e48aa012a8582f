"""Pages of payments: the cashier for people, and the console's pages for merchants."""

from quart import Blueprint

from host.payments.web import cashier

blueprint = Blueprint("payments", __name__)
for part in (cashier,):
    blueprint.register_blueprint(part.blueprint)
