"""Pages of payments: the cashier for people, and the console's pages for merchants."""

from quart import Blueprint

from host.payments.web import cashier, console, keys, mandates, together

blueprint = Blueprint("payments", __name__)
# A key is no payment: its page stands before the one that takes any id.
for part in (cashier, together, mandates, keys, console):
    blueprint.register_blueprint(part.blueprint)
