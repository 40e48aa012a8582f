"""Pages of settlement: a merchant's money."""

from quart import Blueprint

from host.settlement.web import files, money, moving

blueprint = Blueprint("settlement", __name__)
for _part in (files, money, moving):
    blueprint.register_blueprint(_part.blueprint)
