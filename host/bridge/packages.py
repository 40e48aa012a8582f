"""Versions of mini-programs that are ready to run: code, views, texts and pictures in memory."""

import asyncio
import dataclasses
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from host.bridge.errors import ProgramStoppedError
from host.core.deps import Deps
from host.core.errors import UnavailableError
from host.programs import service as programs
from host.programs.service import Version
from host.programs.service.upload import compile_package, load_package
from runtime.package import Package, PackageRefusedError, read_package
from runtime.pool import ProgramCode, code_version
from runtime.program import (
    Views,
    build_views,
    find_app_life,
    find_idempotent,
    find_migrating,
)
from runtime.view import Env
from runtime.view.parts import APP, SEPARATOR
from sdk.contract.events import LIFE_CYCLE
from sdk.contract.manifest import Manifest

READY_MAX = 100
# A stored picture, or the code of a link (`share.qr`).
_MEDIA = re.compile(r"/media/(?:[0-9a-f]{32}(?:-(?:96|320|720))?\.webp|qr/[0-9a-f-]{36}\.png)")
_MAGIC: Mapping[bytes, str] = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_WEBP_HEAD_BYTES = 12


@dataclass(frozen=True, slots=True)
class Ready:
    """One version, ready to run."""

    version: Version
    manifest: Manifest
    views: Views
    code: ProgramCode
    # Addresses of the package's pictures by path.
    pictures: Mapping[str, str]
    # Methods of the life cycle that some page has; the others need not be sent to a worker.
    life: frozenset[str]
    # Which methods of APP_LIFE its class in app.py has.
    app_life: frozenset[str]
    # Page and name of handlers that may be run a second time when their worker has died.
    idempotent: frozenset[tuple[str, str]] = frozenset()
    # Pages that take over what was kept under another version.
    migrating: frozenset[str] = frozenset()

    def code_for(self, page_id: str) -> ProgramCode:
        """Return the code under the key of the process that runs this page.

        Before a ``/`` the key is the version; a page that is to be alone has its own id behind it.
        """
        if self.manifest.isolate != "session":
            return self.code
        return dataclasses.replace(self.code, key=f"{self.version.id}/{page_id}")

    def env(self, lang: str) -> Env:
        """Return what its templates may use for a person who reads ``lang``."""
        return Env(lang=lang, messages=self.views.texts.get(lang, {}), image=self.picture_url)

    def picture_url(self, source: str) -> str | None:
        """Return the address of a picture that a page may show, or None."""
        if _MEDIA.fullmatch(source):
            return source
        return self.pictures.get(source.removeprefix("/"))


class Packages:
    """The versions that were used last."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._ready: OrderedDict[str, Ready] = OrderedDict()
        self._lock = asyncio.Lock()
        self._code_version = code_version().encode()

    async def get(self, version: Version) -> Ready:
        """Return a version that is ready to run."""
        ready = self._ready.get(version.id)
        if ready is None:
            async with self._lock:
                ready = self._ready.get(version.id) or await self._load(version)
                self._ready[version.id] = ready
        self._ready.move_to_end(version.id)
        while len(self._ready) > READY_MAX:
            self._ready.popitem(last=False)
        return ready

    async def compile_again(self, ready: Ready) -> Ready:
        """Compile a version anew: the interpreter or the language's rules have changed."""
        async with self._lock:
            known = self._ready.get(ready.version.id)
            if known is not None and known.code.code != ready.code.code:
                return known
            package = await asyncio.to_thread(load_package, self._deps, ready.version)
            code = await compile_package(self._deps, package)
            digest = await asyncio.to_thread(self._deps.blobs.put, code)
            await self._deps.db.write(programs.replace_compiled, ready.version.id, digest)
            again = dataclasses.replace(ready, code=dataclasses.replace(ready.code, code=code))
            self._ready[ready.version.id] = again
            return again

    async def _load(self, version: Version) -> Ready:
        package, views, code = await asyncio.to_thread(self._read, version)
        if not code.startswith(self._code_version):
            code = await compile_package(self._deps, package)
            digest = await asyncio.to_thread(self._deps.blobs.put, code)
            await self._deps.db.write(programs.replace_compiled, version.id, digest)
        app_life = await asyncio.to_thread(find_app_life, package.files)
        return Ready(
            version=version,
            manifest=package.manifest,
            views=views,
            code=ProgramCode(version.id, code),
            pictures={path: f"/assets/{version.digest}/{path}" for path in find_pictures(package)},
            life=_life(package, app_life),
            app_life=app_life,
            idempotent=await asyncio.to_thread(find_idempotent, package),
            migrating=await asyncio.to_thread(find_migrating, package),
        )

    def _read(self, version: Version) -> tuple[Package, Views, bytes]:
        if self._deps.runtime is None:
            raise ProgramStoppedError("This host runs no shops at the moment. Try again later.")
        package = load_package(self._deps, version)
        code = self._deps.blobs.get(version.compiled_digest)
        if code is None:
            raise UnavailableError("This version's code is missing on the host.")
        return package, build_views(package), code


class Pictures:
    """Pictures and style sheets of packages, by the digest of the package."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._files: OrderedDict[str, Mapping[str, tuple[bytes, str]]] = OrderedDict()

    async def find(self, digest: str, path: str) -> tuple[bytes, str] | None:
        """Return content and type of a file that a frame may load, or None."""
        files = self._files.get(digest)
        if files is None:
            files = await asyncio.to_thread(self._load, digest)
            if not files:
                return None
            self._files[digest] = files
        self._files.move_to_end(digest)
        while len(self._files) > READY_MAX:
            self._files.popitem(last=False)
        return files.get(path)

    def _load(self, digest: str) -> Mapping[str, tuple[bytes, str]]:
        data = self._deps.blobs.get(digest)
        if data is None:
            return {}
        try:
            package = read_package(data)
        except PackageRefusedError:
            return {}  # a blob of another kind
        views = build_views(package)
        css = "\n".join([views.app_css, *(view.css for view in views.pages.values())])
        style = (css.encode(), "text/css; charset=utf-8")
        return {"style.css": style} | find_pictures(package)


def find_pictures(package: Package) -> dict[str, tuple[bytes, str]]:
    """Return the pictures of a package with the type that their bytes say."""
    found = {}
    for path, content in package.files.items():
        kind = _picture_type(content)
        if path.startswith("assets/") and kind is not None:
            found[path] = (content, kind)
    return found


def _picture_type(content: bytes) -> str | None:
    if content[:4] == b"RIFF" and content[8:_WEBP_HEAD_BYTES] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _MAGIC.items() if content.startswith(magic)), None)


def _life(package: Package, app_life: frozenset[str]) -> frozenset[str]:
    """Name the life-cycle methods that any file defines; a page may inherit from another file."""
    sources = [content for path, content in package.files.items() if path.endswith(".py")]
    text = b"\n".join(sources).decode("utf-8", "replace")
    life = {name for name in LIFE_CYCLE if name != "migrate" and re.search(rf"\b{name}\b", text)}
    life |= {f"{APP}{SEPARATOR}{name}" for name in app_life}
    # What a field writes may change what a property says.
    return frozenset(life | ({"on_model"} if "@property" in text else set()))
