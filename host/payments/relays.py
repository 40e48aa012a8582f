"""What payments does beside the requests: it sends notices."""

from host.payments.delivery import run_relay

RELAYS = (run_relay,)
