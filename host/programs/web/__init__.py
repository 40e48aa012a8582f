"""Pages of the programs domain: the directory, a brand's page, the merchant's program page."""

from quart import Blueprint

from host.programs.web import console, directory, secrets

blueprint = Blueprint("programs", __name__)
for part in (directory, console, secrets):
    blueprint.register_blueprint(part.blueprint)
