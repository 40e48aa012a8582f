"""The cards that the feed can show elsewhere."""

from host.core.cards import CardLoader
from host.feed import service

CARD_LOADERS: dict[str, CardLoader] = {"post": service.load_post_cards}
