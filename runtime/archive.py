"""Reads and writes the zip file that a package is, so strictly that there is one way to read it.

Zip says many things twice: names, sizes and flags stand before each entry and again in the
directory at the end, and readers differ in which they believe.  What a reviewer's tool shows could
then differ from what the host runs.  So everything that is said twice must agree, entries must fill
the file from its first byte without gaps or overlaps, and everything that a package does not need
(encryption, zip64, comments, links, streaming) is refused.  Format: PKWARE APPNOTE 6.3.10.
"""

import struct
import unicodedata
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from runtime.findings import Finding

ARCHIVE_BYTES_MAX = 8 * 1024 * 1024
UNPACKED_BYTES_MAX = 24 * 1024 * 1024
FILE_BYTES_MAX = 4 * 1024 * 1024
FILES_MAX = 500
NAME_CHARS_MAX = 200
# Deflate cannot do better than about 1030 : 1; honest text and pictures stay below this.
RATIO_MAX = 100

_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_END_SIGN, _CENTRAL_SIGN, _LOCAL_SIGN = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"
_STORED, _DEFLATED = 0, 8
_UTF8_FLAG = 0x800
# 1980-01-01 00:00, the earliest time zip can say: the same files give the same bytes.
_DOS_DATE = (0 << 9) | (1 << 5) | 1
_UNIX = 3
_FILE_MODE = 0o100644
_KIND_OF_MODE = 0o170000
_REGULAR, _FOLDER = 0o100000, 0o040000
_ZIP64_EXTRA = 1
# What a size is set to when zip64 holds the real one.
_ZIP64_SIZE = 0xFFFFFFFF
# "Version needed to extract", in tenths: 2.0 knows folders and deflate.  Readers refuse or skip an
# entry that asks for more than they know, each at another number.
_NEEDS_MAX = 20


class ArchiveRefusedError(Exception):
    """The file is not a zip that can be read in one way only."""

    def __init__(self, code: str, message: str, fix: str, name: str = "") -> None:
        super().__init__(message)
        self.finding = Finding(name or "package", 0, 0, code, message, fix)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry as the directory at the end describes it."""

    raw_name: bytes
    name: str
    flags: int
    method: int
    crc: int
    packed_bytes: int
    size_bytes: int
    offset: int


def read_archive(data: bytes) -> dict[str, bytes]:
    """Return the files of an archive, or raise ``ArchiveRefusedError``."""
    if len(data) > ARCHIVE_BYTES_MAX:
        raise ArchiveRefusedError(
            "PKG002", f"has {len(data)} bytes", f"a package has at most {ARCHIVE_BYTES_MAX}"
        )
    entries, directory_at = _read_directory(data)
    _check_names(entries)
    total = sum(entry.size_bytes for entry in entries)
    if total > UNPACKED_BYTES_MAX:
        raise ArchiveRefusedError(
            "PKG002", f"unpacks to {total} bytes", f"at most {UNPACKED_BYTES_MAX} together"
        )
    files: dict[str, bytes] = {}
    position = 0
    for entry in sorted(entries, key=lambda each: each.offset):
        if entry.offset != position:
            raise _malformed("has entries that overlap or leave gaps")
        content, position = _read_entry(data, entry, directory_at)
        if not entry.name.endswith("/"):
            files[entry.name] = content
    if position != directory_at:
        raise _malformed("has bytes that belong to no entry")
    return dict(sorted(files.items()))


def write_archive(files: Mapping[str, bytes]) -> bytes:
    """Return an archive of ``files``; the same files always give the same bytes."""
    body, directory = bytearray(), bytearray()
    for name in sorted(files):
        content, raw_name = files[name], name.encode()
        packed = _deflate(content)
        method = _DEFLATED if len(packed) < len(content) else _STORED
        packed = packed if method == _DEFLATED else content
        shared = (20, _UTF8_FLAG, method, 0, _DOS_DATE, zlib.crc32(content), len(packed))
        offset = len(body)
        body += _LOCAL.pack(_LOCAL_SIGN, *shared, len(content), len(raw_name), 0)
        body += raw_name + packed
        directory += _CENTRAL.pack(
            _CENTRAL_SIGN,
            (_UNIX << 8) | 20,
            *shared,
            len(content),
            len(raw_name),
            *(0, 0, 0, 0),
            _FILE_MODE << 16,
            offset,
        )
        directory += raw_name
    end = _END.pack(_END_SIGN, 0, 0, len(files), len(files), len(directory), len(body), 0)
    return bytes(body + directory + end)


def _deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def _malformed(message: str, name: str = "") -> ArchiveRefusedError:
    return ArchiveRefusedError("PKG001", message, "make the package with 'hutong pack'", name)


def _read_directory(data: bytes) -> tuple[list[_Entry], int]:
    """Return the entries, and where the directory begins."""
    at = len(data) - _END.size
    if at < 0 or data[at : at + 4] != _END_SIGN:
        raise _malformed("is not a zip file, or has something after its end")
    _, disk, first_disk, here, count, size, start, comment = _END.unpack_from(data, at)
    if disk or first_disk or here != count or comment:
        raise _malformed("has parts or a comment")
    if start + size != at or start > at:
        raise _malformed("has a directory that does not end where the file ends")
    if count > FILES_MAX:
        raise ArchiveRefusedError("PKG002", f"has {count} files", f"at most {FILES_MAX}")

    entries: list[_Entry] = []
    position = start
    for _ in range(count):
        entry, position = _read_central(data, position, at)
        entries.append(entry)
    if position != at:
        raise _malformed("has a directory of another length than it says")
    return entries, start


def _read_central(data: bytes, at: int, end: int) -> tuple[_Entry, int]:
    if at + _CENTRAL.size > end:
        raise _malformed("has a directory that is cut off")
    fields = _CENTRAL.unpack_from(data, at)
    sign, _made_by, needs, flags, method, _time, _date, crc, packed, size = fields[:10]
    name_length, extra_length, comment_length, disk, _internal, mode, offset = fields[10:]
    name_at = at + _CENTRAL.size
    after = name_at + name_length + extra_length + comment_length
    if sign != _CENTRAL_SIGN or after > end or disk or comment_length:
        raise _malformed("has a broken directory")
    raw_name = data[name_at : name_at + name_length]
    _refuse_zip64(data[name_at + name_length : after], packed, size, offset)
    name = _read_name(raw_name, flags)
    _check_kind(name, mode, size)
    _check_method(name, flags, method, packed, size)
    _check_version(name, needs)
    return _Entry(raw_name, name, flags, method, crc, packed, size, offset), after


def _refuse_zip64(extra: bytes, *sizes: int) -> None:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == _ZIP64_EXTRA:
            raise _malformed("uses zip64")
        at += 4 + length
    if at != len(extra) or _ZIP64_SIZE in sizes:
        raise _malformed("uses zip64 or has broken extra fields")


def _read_name(raw: bytes, flags: int) -> str:
    """Return a name that means the same place on every system."""
    try:
        name = raw.decode("utf-8" if flags & _UTF8_FLAG else "ascii")
    except UnicodeDecodeError:
        raise ArchiveRefusedError(
            "PKG003", f"has the file name {raw[:60]!r}", "use UTF-8 or plain ASCII names"
        ) from None
    parts = name.removesuffix("/").split("/")
    is_odd = (
        not 0 < len(name) <= NAME_CHARS_MAX
        or any(part in {"", ".", ".."} or part != part.strip(" .") for part in parts)
        or any(sign in name for sign in '\\:*?"<>|')
        or not name.isprintable()
        or unicodedata.normalize("NFC", name) != name
    )
    if is_odd:
        shown = name.encode("unicode_escape").decode()[:80]
        raise ArchiveRefusedError(
            "PKG003",
            f"has the file name '{shown}'",
            "use relative names such as assets/tea.png, without .., backslashes or odd characters",
        )
    return name


def _check_kind(name: str, mode: int, size: int) -> None:
    kind = (mode >> 16) & _KIND_OF_MODE
    is_folder = name.endswith("/")
    if kind not in {0, _FOLDER if is_folder else _REGULAR}:
        raise ArchiveRefusedError(
            "PKG004", "is a link or a device, not a file", "put the file itself in", name
        )
    if is_folder and size:
        raise _malformed("is a folder with content", name)


def _check_method(name: str, flags: int, method: int, packed: int, size: int) -> None:
    if flags & ~_UTF8_FLAG & ~0b110:
        raise _malformed("is encrypted, streamed or patched", name)
    if method not in {_STORED, _DEFLATED}:
        raise _malformed("is packed in another way than stored or deflated", name)
    if method == _STORED and packed != size:
        raise _malformed("has two different sizes", name)
    if size > FILE_BYTES_MAX:
        raise ArchiveRefusedError(
            "PKG002", f"has {size} bytes", f"a file has at most {FILE_BYTES_MAX}", name
        )
    if size > RATIO_MAX * max(packed, 1024):
        raise ArchiveRefusedError(
            "PKG002", f"unpacks from {packed} to {size} bytes", "this is a zip bomb", name
        )


def _check_version(name: str, needs: int) -> None:
    if needs > _NEEDS_MAX:
        raise _malformed("needs a newer reader than a package may", name)


def _check_names(entries: list[_Entry]) -> None:
    """Refuse names that are one file on some systems, and files that are also folders."""
    seen: set[str] = set()
    for entry in entries:
        folded = unicodedata.normalize("NFC", entry.name.casefold())
        if folded in seen:
            raise ArchiveRefusedError(
                "PKG005",
                "is in the package twice (upper and lower case count as equal)",
                "keep one of them",
                entry.name,
            )
        seen.add(folded)
    for entry in entries:
        parts = entry.name.removesuffix("/").casefold().split("/")
        if any("/".join(parts[:count]) in seen for count in range(1, len(parts))):
            raise ArchiveRefusedError(
                "PKG005", "lies in a folder that is also a file", "rename one of them", entry.name
            )


def _read_entry(data: bytes, entry: _Entry, directory_at: int) -> tuple[bytes, int]:
    """Return the content of an entry and where the next one must begin."""
    if entry.offset + _LOCAL.size > directory_at:
        raise _malformed("begins outside the file", entry.name)
    fields = _LOCAL.unpack_from(data, entry.offset)
    sign, needs, flags, method, _time, _date, crc, packed, size, name_length, extra = fields
    name_at = entry.offset + _LOCAL.size
    content_at = name_at + name_length + extra
    end = content_at + packed
    said = (flags, method, crc, packed, size, data[name_at : name_at + name_length])
    expected = (
        *(entry.flags, entry.method, entry.crc, entry.packed_bytes, entry.size_bytes),
        entry.raw_name,
    )
    if sign != _LOCAL_SIGN or said != expected or end > directory_at:
        raise _malformed("is described in two different ways", entry.name)
    _check_version(entry.name, needs)
    _refuse_zip64(data[name_at + name_length : content_at])
    content = _unpack(data[content_at:end], entry)
    if len(content) != entry.size_bytes or zlib.crc32(content) != entry.crc:
        raise _malformed("has another content than it says", entry.name)
    return content, end


def _unpack(packed: bytes, entry: _Entry) -> bytes:
    if entry.method == _STORED:
        return packed
    unpacker = zlib.decompressobj(-15)
    try:
        # One byte more than said, so that a longer content shows without being unpacked.
        content = unpacker.decompress(packed, entry.size_bytes + 1)
    except zlib.error:
        raise _malformed("is not packed correctly", entry.name) from None
    if not unpacker.eof or unpacker.unused_data or unpacker.unconsumed_tail:
        raise _malformed("has another length than it says", entry.name)
    return content
