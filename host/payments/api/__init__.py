"""JSON of payments, for merchants' servers; and the façade in the words of WeChat Pay v3."""

from quart import Blueprint

from host.payments.api import bundles, earned, mandates, notices, orders, refunds
from host.payments.facade import api as facade

blueprint = Blueprint("payments_api", __name__)
for part in (orders, refunds, notices, bundles, earned, mandates):
    blueprint.register_blueprint(part.blueprint, url_prefix="/api/v1/payments")
blueprint.register_blueprint(facade.blueprint, url_prefix=facade.PREFIX)
