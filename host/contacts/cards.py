"""The cards that contacts bring to chat and feed."""

from host.contacts import service

CARD_LOADERS = {"contact": service.contact_cards}
