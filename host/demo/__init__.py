"""The demo lane: a dozen people, their chats and posts, three shops, play money, an admin.

It is filled once, into an empty database, through the same use cases that people use, so its books
balance and its sequence numbers have no gap.  Its accounts have a known password, so it is served
on a loopback address only.
"""

from host.core.db import Tx
from host.core.deps import Deps
from host.demo.people import ADMIN, SHOPS
from host.demo.story import PASSWORD, PIN, tell
from host.identity import service as identity

# Written before the first account exists, so that a half-filled lane is known for what it is.
_MARKER = "demo-lane"


async def is_demo_lane(deps: Deps) -> bool:
    """Tell whether this data folder holds accounts with the known password."""
    return (deps.settings.data_dir / _MARKER).exists()


async def prepare(deps: Deps) -> None:
    """Fill an empty database with the demo lane; leave any other as it is."""
    if await deps.db.read(_has_people):
        return
    (deps.settings.data_dir / _MARKER).write_text(
        "The accounts of this folder have a password that everybody knows.\n", encoding="utf-8"
    )
    await tell(deps)


def greeting(base_url: str) -> list[str]:
    """Return what a newcomer should read first."""
    owners = ", ".join(shop.owner for shop in SHOPS)
    return [
        f"  A demo lane with play money. Password of all:  {PASSWORD}   payment PIN:  {PIN}",
        f"    person    mei     {base_url}/sign-in",
        "    friend    jonas   (use a second browser profile to see messages arrive)",
        f"    merchants {owners}",
        f"    admin     {ADMIN}",
        "",
        "  Try: as mei open Shops › Tea House, buy a tea, share it to Jonas; as jonas buy it from",
        "  the card. As wenqing ship it under Me › My brands. Then: hutong ledger audit",
    ]


def _has_people(tx: Tx) -> bool:
    return identity.has_people(tx)
