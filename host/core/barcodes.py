"""Reads a code (QR, EAN, …) in a picture that a person sent.

The picture is decoded as every other is (size, kind and pixels are bounded from its header) and
made small before the reader sees it.  Two threads do this, however many people scan.
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import zxingcpp
from PIL import Image

from host.core.deps import Deps
from host.core.errors import BadInputError, TooLargeError
from host.core.media import decode_picture
from sdk.contract.capabilities.place import CODE_CHARS_MAX

# Enough for a code that fills a third of a photograph.  The reader spends a second or two on noise
# of this size, and holds nobody up: it lets go of the interpreter.
SIDE_PX_MAX = 1200
_readers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="codes")
_FORMATS: Mapping[str, zxingcpp.BarcodeFormat] = {
    "qr_code": zxingcpp.BarcodeFormat.QRCode,
    "data_matrix": zxingcpp.BarcodeFormat.DataMatrix,
    "aztec": zxingcpp.BarcodeFormat.Aztec,
    "pdf417": zxingcpp.BarcodeFormat.PDF417,
    "ean_13": zxingcpp.BarcodeFormat.EAN13,
    "ean_8": zxingcpp.BarcodeFormat.EAN8,
    "upc_a": zxingcpp.BarcodeFormat.UPCA,
    "upc_e": zxingcpp.BarcodeFormat.UPCE,
    "code_128": zxingcpp.BarcodeFormat.Code128,
    "code_39": zxingcpp.BarcodeFormat.Code39,
    "code_93": zxingcpp.BarcodeFormat.Code93,
    "codabar": zxingcpp.BarcodeFormat.Codabar,
    "itf": zxingcpp.BarcodeFormat.ITF,
}
_ALL = zxingcpp.BarcodeFormats(list(_FORMATS.values()))
_NOTHING = "There is no code that can be read in this picture. Go nearer, or type the code."


async def read_picture(deps: Deps, content: bytes) -> tuple[str, str]:
    """Return text and format of the first code in a picture, decoded beside the loop."""
    if len(content) > deps.settings.picture_bytes_max:
        raise TooLargeError("This picture is too large. Choose a smaller one.")
    return await asyncio.get_running_loop().run_in_executor(_readers, read_code, content)


def read_code(content: bytes) -> tuple[str, str]:
    """Return text and format of the first code in a picture."""
    picture = decode_picture(content)
    picture.thumbnail((SIDE_PX_MAX, SIDE_PX_MAX))
    if picture.mode == "RGBA":
        # Codes are often drawn on nothing, which would count as black.
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture)
    found = zxingcpp.read_barcodes(picture.convert("L"), formats=_ALL)
    names = {kind: name for name, kind in _FORMATS.items()}
    for each in found:
        if each.text and len(each.text) <= CODE_CHARS_MAX and each.format in names:
            return each.text, names[each.format]
    raise BadInputError(_NOTHING)
