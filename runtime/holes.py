"""Fills the holes in the zygote's memory, so that its workers put what they make side by side.

Python keeps blocks of one size in pools of 16 KiB, and gives out first what was freed last,
wherever that is.  After the imports there are thousands of such holes, each on a page that workers
share with the zygote; a worker that makes a few hundred objects would copy a page for nearly each.
With the holes filled it begins pools of its own.
"""

_POOL_BYTES = 1 << 14
_POOL_HEADER_BYTES = 48
# Larger blocks come from the C library.
_BLOCK_BYTES_MAX = 512
_ALIGNMENT = 16
# So many blocks in a row from its very beginning show that a pool is a new one.
_IN_A_ROW = 3
_BLOCKS_MAX = 50_000


_kept: list[object] = []


def fill() -> None:
    """Take a block from every hole, for good."""
    for size in range(_ALIGNMENT, _BLOCK_BYTES_MAX + 1, _ALIGNMENT):
        in_a_row = 0
        for _ in range(_BLOCKS_MAX):
            block = _block(size)
            _kept.append(block)
            offset = id(block) % _POOL_BYTES - _POOL_HEADER_BYTES
            in_a_row = in_a_row + 1 if offset == in_a_row * size else int(offset == 0)
            if in_a_row == _IN_A_ROW:
                break


def _block(size: int) -> object:
    """Make an object that takes a block of ``size`` bytes."""
    if size == _ALIGNMENT:
        return object()
    if size == 2 * _ALIGNMENT:
        return float(size) + 0.5
    # The header of bytes and their closing zero.
    return bytes(size - 33)
