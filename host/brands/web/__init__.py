"""Pages of the brands domain: one's brands, and the console's pages about the brand itself."""

from quart import Blueprint

from host.brands.web import console, inbox, mine

blueprint = Blueprint("brands", __name__)
for part in (mine, console, inbox):
    blueprint.register_blueprint(part.blueprint)
