"""Ann has ¥500 and a PIN; Bob is her contact."""

from tests.wallet.conftest import ann, bob

__all__ = ["ann", "bob"]
