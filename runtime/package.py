"""The package of a mini-program: a strict zip (``.mpk``) with a manifest at its root."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from runtime import archive
from runtime.findings import Finding, has_errors
from sdk.contract.manifest import FILE as MANIFEST_FILE
from sdk.contract.manifest import HOST_CODE, Manifest, validate_manifest

# What `write_package` leaves out: what only the merchant's computer needs.
_LEFT_OUT_FOLDERS = frozenset({"tests", "__pycache__", "node_modules", "venv", "dist", "build"})
_LEFT_OUT_SUFFIXES = (".mpk", ".pyc", ".md", ".txt", ".toml", ".lock")

PACKAGE_RULES: Mapping[str, str] = {
    "PKG001": "The file is not a zip that can be read in exactly one way.",
    "PKG002": "The package, a file in it or their number is too large, or it is a zip bomb.",
    "PKG003": "A file name is not a plain relative path.",
    "PKG004": "An entry is a link or a device.",
    "PKG005": "Two files have names that are the same on some systems.",
    "PKG006": "There is no manifest.json at the root of the package.",
    "PKG007": "A file is missing that the manifest or a page needs.",
    "PKG008": "A file has no place in a mini-program and would never be served.",
    "PKG009": "A picture is not what its name says.",
}


class PackageRefusedError(Exception):
    """The package cannot be opened; ``findings`` says why."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = list(findings)
        super().__init__("; ".join(str(finding) for finding in self.findings))


@dataclass(frozen=True, slots=True)
class Package:
    """An opened package.  Its files are as uploaded; ``runtime.program`` checks what is in them."""

    # SHA-256 of the archive's bytes.
    digest: str
    manifest: Manifest
    files: Mapping[str, bytes]
    warnings: tuple[Finding, ...]


def read_package(
    data: bytes, *, host_code: int = HOST_CODE, taken_ids: Collection[str] = ()
) -> Package:
    """Open a package, or raise ``PackageRefusedError`` with everything that is wrong with it.

    Costs at most what the limits in ``runtime.archive`` allow, whatever the bytes are.
    """
    try:
        files = archive.read_archive(data)
    except archive.ArchiveRefusedError as error:
        raise PackageRefusedError([error.finding]) from None
    manifest, findings = read_manifest(files, host_code=host_code, taken_ids=taken_ids)
    if manifest is not None:
        findings += check_layout(manifest, files)
    if manifest is None or has_errors(findings):
        raise PackageRefusedError(sorted(findings))
    return Package(hashlib.sha256(data).hexdigest(), manifest, files, tuple(sorted(findings)))


def write_package(folder: Path) -> bytes:
    """Return the archive of a folder; the same files always give the same bytes.

    Hidden files, ``tests/`` and notes are left out.  Nothing is checked here.
    """
    return archive.write_archive(read_folder(folder))


def read_folder(folder: Path) -> dict[str, bytes]:
    """Return the files of a program's folder that belong into its package.

    Links are not followed: a package must not pick up what lies elsewhere on the disk.
    """
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") or part in _LEFT_OUT_FOLDERS for part in parts)
        if hidden or path.is_symlink() or not path.is_file():
            continue
        if not path.name.endswith(_LEFT_OUT_SUFFIXES):
            found["/".join(parts)] = path.read_bytes()
    return found


def read_manifest(
    files: Mapping[str, bytes], *, host_code: int = HOST_CODE, taken_ids: Collection[str] = ()
) -> tuple[Manifest | None, list[Finding]]:
    """Read the manifest of a package's files."""
    if MANIFEST_FILE not in files:
        fix = "put manifest.json at the root of the package, not in a folder"
        return None, [Finding(MANIFEST_FILE, 0, 0, "PKG006", "is missing", fix)]
    return validate_manifest(files[MANIFEST_FILE], host_code=host_code, taken_ids=taken_ids)


def check_layout(manifest: Manifest, files: Mapping[str, bytes]) -> list[Finding]:
    """Report files that are missing, misplaced or not what they say."""
    findings = [
        Finding(MANIFEST_FILE, 0, 0, "PKG007", f"{path} is missing", why)
        for path, why in _needed(manifest)
        if path not in files
    ]
    for path, content in files.items():
        if not _has_place(path, manifest):
            fix = "move pictures to assets/, code to pages/ or the root, or leave the file out"
            findings.append(
                Finding(path, 0, 0, "PKG008", "has no place here and would never be served", fix)
            )
        elif not _is_as_named(path, content):
            findings.append(
                Finding(
                    path,
                    0,
                    0,
                    "PKG009",
                    "is not the kind of picture its name says",
                    "save it again as PNG, JPEG, WebP or GIF",
                )
            )
    return findings


def _needed(manifest: Manifest) -> Iterable[tuple[str, str]]:
    for page in manifest.pages:
        yield f"{page}.py", f"each page needs code: make {page}.py, or remove it from pages"
        yield f"{page}.html", f"each page needs a template: make {page}.html"
    for icon in manifest.icons:
        yield icon.src, "icons name pictures in the package"
    for tab in manifest.tab_bar:
        if tab.icon is not None:
            yield tab.icon, "hutong.tab_bar names pictures in the package"


_PICTURES: Mapping[str, tuple[bytes, ...]] = {
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".gif": (b"GIF87a", b"GIF89a"),
    ".webp": (b"RIFF",),
}


def _has_place(path: str, manifest: Manifest) -> bool:
    folder, _, name = path.rpartition("/")
    top = folder.partition("/")[0]
    suffix = "." + name.rpartition(".")[2].lower()
    places = (
        path in {MANIFEST_FILE, "app.css"},
        suffix == ".py" and top not in {"assets", "i18n"},
        suffix in _PICTURES and (top == "assets" or path in {icon.src for icon in manifest.icons}),
        suffix == ".json" and folder == "i18n",
        suffix in {".html", ".css"}
        and (path.rpartition(".")[0] in manifest.pages or top == "components"),
    )
    return any(places)


def _is_as_named(path: str, content: bytes) -> bool:
    signs = _PICTURES.get("." + path.rpartition(".")[2].lower())
    return signs is None or content.startswith(signs)
