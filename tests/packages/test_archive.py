"""There is one way to read a package, and nothing in it can reach outside or fill the disk."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest

from runtime import archive
from runtime.archive import ArchiveRefusedError, read_archive, write_archive

FILES = {"manifest.json": b"{}", "pages/home/home.py": b"x = 1\n" * 100, "assets/a.png": b"\x89PNG"}


def zipped(
    *entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """Return a zip as the standard library writes it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in entries:
            target.writestr(name, content)
    return buffer.getvalue()


def refusal(data: bytes) -> str:
    """Return the code that an archive is refused with."""
    with pytest.raises(ArchiveRefusedError) as error:
        read_archive(data)
    assert error.value.finding.fix
    return error.value.finding.code


def test_what_is_written_is_read() -> None:
    """The files come back as they were, and the same files give the same bytes."""
    data = write_archive(FILES)

    assert FILES == read_archive(data)
    assert data == write_archive(dict(reversed(FILES.items())))


def test_other_tools_read_it_too() -> None:
    """What we write is an ordinary zip."""
    with zipfile.ZipFile(io.BytesIO(write_archive(FILES))) as source:
        assert source.testzip() is None
        assert FILES == {name: source.read(name) for name in source.namelist()}


def test_ordinary_zips_are_read() -> None:
    """A zip made by the standard library, with folders, is a package."""
    data = zipped(("pages/", b""), *FILES.items())

    assert FILES == read_archive(data)


@pytest.mark.parametrize(
    "name",
    [
        "../manifest.json",
        "pages/../../etc/passwd",
        "/etc/passwd",
        "C:/windows/x",
        "pages\\home.py",
        "pages//home.py",
        "./manifest.json",
        "pages/.",
        "a\x01b",
        "a\u202eb",
        "trailing. ",
        "what?.py",
        "e\u0301.png",
        "x" * 201,
    ],
)
def test_odd_names_are_refused(name: str) -> None:
    """A name that could mean another place on some system is no name."""
    info = zipfile.ZipInfo("placeholder")
    info.filename = name

    assert "PKG003" == refusal(zipped((info, b"x")))


def test_a_name_with_nul_is_refused() -> None:
    """Readers in C would stop at the NUL and see another name."""
    data = zipped(("manifest.jsonX", b"{}")).replace(b"manifest.jsonX", b"manifest.json\0")

    assert "PKG003" == refusal(data)


@pytest.mark.parametrize(
    "names",
    [("a.py", "A.py"), ("a.py", "a.py"), ("straße.css", "STRASSE.css"), ("a", "a/b.py")],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_are_one_on_some_systems_are_refused(names: tuple[str, str]) -> None:
    """Which of the two counts would depend on the reader."""
    assert "PKG005" == refusal(zipped(*((name, b"x") for name in names)))


@pytest.mark.parametrize("mode", [0o120777, 0o020644, 0o010644, 0o140644])
def test_links_and_devices_are_refused(mode: int) -> None:
    """An entry is a file, and points nowhere."""
    info = zipfile.ZipInfo("assets/link.png")
    info.create_system = 3
    info.external_attr = mode << 16

    assert "PKG004" == refusal(zipped((info, b"/etc/passwd")))


def test_a_bomb_is_refused_by_what_it_says() -> None:
    """Forty-two kilobytes that unpack to gigabytes are refused before they are unpacked."""
    assert "PKG002" == refusal(zipped(("assets/a.png", b"\0" * 3_000_000)))


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    """The content is unpacked no further than its entry says."""
    data = zipped(("a.css", b"\0" * 3_000_000))

    assert "PKG001" == refusal(
        data.replace(struct.pack("<L", 3_000_000), struct.pack("<L", 10_000))
    )


def test_many_and_large_files_are_refused() -> None:
    """Number and size are bounded."""
    assert "PKG002" == refusal(zipped(*((f"assets/{n}.png", b"") for n in range(501))))
    large = [(f"assets/{n}.png", bytes(range(256)) * 15_000) for n in range(7)]
    assert "PKG002" == refusal(zipped(*large))
    assert "PKG002" == refusal(b"PK" + b"\0" * archive.ARCHIVE_BYTES_MAX)


def change(data: bytes, sign: bytes, offset: int, form: str, value: int) -> bytes:
    """Change one field of the first record that begins with ``sign``."""
    changed = bytearray(data)
    struct.pack_into(form, changed, data.index(sign) + offset, value)
    return bytes(changed)


LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
LIES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "no zip": lambda _: b"hello, this is no zip file at all",
    "cut off": lambda data: data[:-1],
    "something after the end": lambda data: data + b"\0",
    "something before the beginning": lambda data: b"#!/bin/sh\n" + data,
    "a comment": lambda data: data[:-2] + b"\x05\x00hello",
    "needs a newer reader": lambda data: change(data, CENTRAL, 6, "<H", 0x3314),
    "needs one in one place": lambda data: change(data, LOCAL, 4, "<H", 63),
    "encrypted": lambda data: change(change(data, LOCAL, 6, "<H", 1), CENTRAL, 8, "<H", 1),
    "streamed": lambda data: change(change(data, LOCAL, 6, "<H", 8), CENTRAL, 8, "<H", 8),
    "flags differ": lambda data: change(data, LOCAL, 6, "<H", 0),
    "method differs": lambda data: change(data, LOCAL, 8, "<H", 8),
    "unknown method": lambda data: change(data, CENTRAL, 10, "<H", 12),
    "checksum differs": lambda data: change(data, LOCAL, 14, "<L", 1),
    "wrong checksum": lambda d: change(change(d, LOCAL, 14, "<L", 1), CENTRAL, 16, "<L", 1),
    "packed size differs": lambda data: change(data, LOCAL, 18, "<L", 1),
    "size differs": lambda data: change(data, LOCAL, 22, "<L", 1),
    "zip64 size": lambda data: change(data, CENTRAL, 24, "<L", 0xFFFFFFFF),
    "zip64 offset": lambda data: change(data, CENTRAL, 42, "<L", 0xFFFFFFFF),
    "offset into an entry": lambda data: change(data, CENTRAL, 42, "<L", 1),
    "offset past the end": lambda data: change(data, CENTRAL, 42, "<L", 10**6),
    "name length of the local header": lambda data: change(data, LOCAL, 26, "<H", 3),
    "extra length of the local header": lambda data: change(data, LOCAL, 28, "<H", 5),
    "name length of the directory": lambda data: change(data, CENTRAL, 28, "<H", 60_000),
    "entry comment": lambda data: change(data, CENTRAL, 32, "<H", 4),
    "another disk": lambda data: change(data, CENTRAL, 34, "<H", 1),
    "more entries than there are": lambda data: change(
        change(data, END, 8, "<H", 4), END, 10, "<H", 4
    ),
    "fewer entries than there are": lambda data: change(
        change(data, END, 8, "<H", 2), END, 10, "<H", 2
    ),
    "directory elsewhere": lambda data: change(data, END, 16, "<L", 0),
    "directory longer": lambda data: change(data, END, 12, "<L", 10**6),
    "broken deflate": lambda data: data.replace(
        zlib.compress(FILES["pages/home/home.py"], 9)[2:6], b"\xff\xff\xff\xff"
    ),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_what_is_said_twice_must_agree(lie: Callable[[bytes], bytes]) -> None:
    """Wherever two readers could see two packages, there is no package."""
    assert "PKG001" == refusal(lie(write_archive(FILES)))


def test_two_entries_on_one_place_are_refused() -> None:
    """Overlapping entries, the trick behind the best bombs, leave a gap somewhere."""
    data = write_archive({"a.css": b"a" * 50, "b.css": b"b" * 50})
    second = data.rindex(CENTRAL)
    changed = bytearray(data)
    struct.pack_into("<L", changed, second + 42, 0)

    assert "PKG001" == refusal(bytes(changed))
