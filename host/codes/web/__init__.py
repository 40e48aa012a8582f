"""Pages of paying by code: one's own code, scanning, being paid, a shop's till."""

from quart import Blueprint

from host.codes.web import pay, receive, scan, till

blueprint = Blueprint("codes", __name__)
for _part in (pay, receive, scan, till):
    blueprint.register_blueprint(_part.blueprint)
