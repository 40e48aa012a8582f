"""Everything that a mini-program may ask of the host: the one table.

The names under ``sdk.api``, the gate in the bridge, the reference page and the test that nothing
else is reachable are all made from it.  A capability that is not here does not exist.  Each module
holds a group: its lines and the shapes that only they use.
"""

from collections.abc import Mapping
from types import MappingProxyType

from sdk.contract.capabilities.analytics import ANALYTICS
from sdk.contract.capabilities.database import DATABASE
from sdk.contract.capabilities.device import DEVICE
from sdk.contract.capabilities.identity import IDENTITY
from sdk.contract.capabilities.market import MARKET
from sdk.contract.capabilities.media import MEDIA
from sdk.contract.capabilities.messages import MESSAGES
from sdk.contract.capabilities.model import Capability
from sdk.contract.capabilities.other import OTHER
from sdk.contract.capabilities.outside import OUTSIDE
from sdk.contract.capabilities.place import PLACE
from sdk.contract.capabilities.share import SHARE
from sdk.contract.capabilities.shell import NAVIGATION, UI
from sdk.contract.capabilities.storage import STORAGE
from sdk.contract.capabilities.support import SUPPORT

__all__ = ["CAPABILITIES", "Capability"]

CAPABILITIES: Mapping[str, Capability] = MappingProxyType(
    {
        each.name: each
        for group in (
            STORAGE,
            DATABASE,
            NAVIGATION,
            UI,
            IDENTITY,
            DEVICE,
            MEDIA,
            PLACE,
            MARKET,
            MESSAGES,
            SUPPORT,
            OUTSIDE,
            SHARE,
            ANALYTICS,
            OTHER,
        )
        for each in group
    }
)
