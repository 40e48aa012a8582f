"""Pages of the review domain: the admins' console, and the merchant's appeal."""

from quart import Blueprint

from host.review.web import admin, appeals, incidents, money, submission, wallets

blueprint = Blueprint("review", __name__)
for part in (admin, submission, appeals, incidents, money, wallets):
    blueprint.register_blueprint(part.blueprint)
