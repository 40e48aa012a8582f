"""Pages of the market: the payment sheet, a person's orders, products, a shop's console."""

from quart import Blueprint

from host.market.web import addresses, console, disputes, goods, orders, pay, products, shop

blueprint = Blueprint("market_web", __name__)
for _part in (addresses, console, disputes, goods, orders, pay, products, shop):
    blueprint.register_blueprint(_part.blueprint)
