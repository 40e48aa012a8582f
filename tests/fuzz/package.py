"""Zip files with bits turned, fields changed, ends cut off and entries doubled."""

import io
import struct
import tracemalloc
import warnings
import zipfile
import zlib
from typing import Any

from hypothesis import strategies as st

from runtime import archive
from runtime.package import PackageRefusedError, read_package, write_package
from tests.fuzz.edits import ROOT, edit, edits
from tests.fuzz.engine import Subject


def _as_others_write(files: dict[str, bytes], method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as target:
        for name, content in files.items():
            target.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


_PROGRAMS = [write_package(path) for path in sorted((ROOT / "miniapps").iterdir())]
_FILES = archive.read_archive(_PROGRAMS[0])
_SMALL = {
    "manifest.json": b"{}",
    "pages/": b"",
    "pages/a/a.py": b"x = 1\n" * 50,
    "assets/ä.png": b"\x89PNG\r\n\x1a\n",
}
_SEEDS = [
    *_PROGRAMS,
    archive.write_archive({k: v for k, v in _SMALL.items() if v}),
    _as_others_write(_SMALL, zipfile.ZIP_DEFLATED),
    _as_others_write(_SMALL, zipfile.ZIP_STORED),
    _as_others_write(_FILES, zipfile.ZIP_DEFLATED),
]
_SIGNS = [b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"]
_NUMBERS = st.sampled_from([0, 1, 2, 8, 9, 0x800, 0x0801, 2**15, 2**16 - 1]) | st.integers(0, 65535)
_LONGS = st.sampled_from([0, 1, 2**31, 2**32 - 1, 4 << 20, (4 << 20) + 1]) | st.integers(0, 4000)
_NAMES = [*_SMALL, "MANIFEST.JSON", "pages/a", "../x", "/x", "a\\b", "a/./b", "pages/a/a.py/"]
# What drawing a refusal may cost beyond the archive itself.
_MEMORY_SLACK_BYTES = 4 << 20


@st.composite
def _turned(draw: st.DrawFn) -> bytes:
    """Turn a few bits."""
    data = bytearray(draw(st.sampled_from(_SEEDS)))
    for _ in range(draw(st.integers(1, 4))):
        data[draw(st.integers(0, len(data) - 1))] ^= 1 << draw(st.integers(0, 7))
    return bytes(data)


@st.composite
def _with_fields(draw: st.DrawFn) -> bytes:
    """Change fields of some records, the same ones in both places where zip says them."""
    data = bytearray(draw(st.sampled_from(_SEEDS)))
    for _ in range(draw(st.integers(1, 3))):
        places = [at for sign in _SIGNS for at in _find_all(bytes(data), sign)]
        at = draw(st.sampled_from(places or [0])) + draw(st.integers(0, 44))
        form, value = ("<H", draw(_NUMBERS)) if draw(st.booleans()) else ("<L", draw(_LONGS))
        if at + struct.calcsize(form) <= len(data):
            struct.pack_into(form, data, at, value)
    return bytes(data)


@st.composite
def _with_entries(draw: st.DrawFn) -> bytes:
    """Write a zip by the rules of zip, with entries that a package may not have."""
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as target:
        warnings.simplefilter("ignore")
        for _ in range(draw(st.integers(0, 5))):
            info = zipfile.ZipInfo()
            info.filename = draw(st.sampled_from(_NAMES) | st.text(min_size=1, max_size=8))
            info.external_attr = draw(_NUMBERS) << 16
            info.extra = draw(st.binary(max_size=8) | st.just(b"\x01\x00\x08\x00" + b"\1" * 8))
            content = draw(st.sampled_from([b"", b"{}", b"\0" * 200_000, b"x = 1"]))
            try:
                target.writestr(info, content, draw(st.sampled_from([0, 8])))
            except (UnicodeEncodeError, ValueError, struct.error):
                continue
    return buffer.getvalue()


@st.composite
def _lying(draw: st.DrawFn) -> bytes:
    """Make one entry by hand whose two descriptions may differ, as may its content."""
    content = draw(st.binary(max_size=40))
    packed = zlib.compress(content, wbits=-15) + draw(st.sampled_from([b"", b"\0", content]))
    name = draw(st.sampled_from([b"a.py", b"a.pz", b"manifest.json"]))
    said = [0x800, 8, 0, 33, zlib.crc32(content), len(packed), len(content)]
    again = list(said)
    for fields in (said, again):
        if draw(st.booleans()):
            fields[draw(st.integers(0, 6))] = draw(_NUMBERS)
    local = struct.pack("<4s5H3L2H", _SIGNS[0], 20, *said, len(name), 0) + name + packed
    central = struct.pack(
        "<4s6H3L5H2L", _SIGNS[1], 20, 20, *again, len(name), 0, 0, 0, 0, 0, draw(st.integers(0, 2))
    )
    central += name
    end = struct.pack("<4s4H2LH", _SIGNS[2], 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


def _find_all(data: bytes, sign: bytes) -> list[int]:
    found, at = [], data.find(sign)
    while at >= 0:
        found.append(at)
        at = data.find(sign, at + 1)
    return found


def _examine(data: bytes) -> None:
    files, peak_bytes = _read(data)
    if files is None:
        # A refusal costs no more than reading an honest archive of this size.
        assert peak_bytes < archive.RATIO_MAX * max(len(data), 1024) + _MEMORY_SLACK_BYTES
    else:
        assert files == _as_others_read(data)
    try:
        package = read_package(data)
    except PackageRefusedError as refused:
        assert refused.findings
        assert all(finding.code and finding.fix for finding in refused.findings)
    else:
        assert package.files == files


def _read(data: bytes) -> tuple[dict[str, bytes] | None, int]:
    tracemalloc.start()
    try:
        files: dict[str, bytes] | None = archive.read_archive(data)
    except archive.ArchiveRefusedError as refused:
        assert refused.finding.code.startswith("PKG")
        files = None
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return files, peak_bytes


def _as_others_read(data: bytes) -> dict[str, bytes]:
    """Read what was accepted as Python's own library does."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        entries: list[Any] = source.infolist()
        names = [entry.filename for entry in entries]
        assert len(names) == len(set(names))
        return {name: source.read(name) for name in names if not name.endswith("/")}


SUBJECT = Subject(
    "package",
    st.one_of(
        _turned(),
        _with_fields(),
        _with_entries(),
        _lying(),
        st.builds(edit, st.sampled_from(_SEEDS), edits(st.binary(max_size=20))),
        st.builds(lambda data, n: data[:n], st.sampled_from(_SEEDS), st.integers(0, 3000)),
        st.sampled_from(_SEEDS),
    ),
    _examine,
    500,
)
