"""The components of a package: elements of its own, each a template with properties and slots.

A component is compiled when a page or another component first names it, so each is compiled once,
and one that is made from itself is found before anything is rendered.
"""

import dataclasses
import re
from collections.abc import Iterator, Mapping

from runtime.findings import Finding
from runtime.view import allowlist
from runtime.view.compiler import compile_template
from runtime.view.css import component_scope
from runtime.view.errors import TemplateRefusedError
from runtime.view.ir import Template
from runtime.view.parts import ComponentClass

FOLDER = "components/"
# Components inside components: a page that needs more hides something.
NEST_MAX = 6
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", re.ASCII)
_TAKEN = frozenset({*allowlist.TAGS, *allowlist.TAG_HINTS, "block", "slot"})


class Components(Mapping[str, Template | None]):
    """Compiled components by name; None stands for one that was refused."""

    def __init__(
        self, texts: Mapping[str, str], classes: Mapping[str, ComponentClass] | None = None
    ) -> None:
        self.findings: list[Finding] = []
        self._texts: dict[str, str] = {}
        self._classes = classes or {}
        self._made: dict[str, Template | None] = {}
        self._being_made: list[str] = []
        for path, text in texts.items():
            if path.startswith(FOLDER) and path.endswith(".html"):
                self._add(path, text)

    def __getitem__(self, name: str) -> Template | None:
        if name not in self._made:
            self._made[name] = self._compile(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __contains__(self, name: object) -> bool:
        return name in self._texts

    def check(self) -> list[Finding]:
        """Compile every component and return everything that is wrong with any."""
        for name in self._texts:
            template = self[name]
            self.findings += template.warnings if template else ()
        return self.findings

    def _add(self, path: str, text: str) -> None:
        name = path.rpartition("/")[2].removesuffix(".html")
        if path != path_of(name) or not _NAME.fullmatch(name):
            fix = "write components/product-card/product-card.html, in small letters"
            self._refuse(path, f"'{path}' is no place for a component", fix)
        elif name in _TAKEN or name.startswith("m-"):
            fix = f"give it a name of two words, such as shop-{name.removeprefix('m-')}"
            self._refuse(path, f"<{name}> means something already", fix)
        else:
            self._texts[name] = text

    def _compile(self, name: str) -> Template | None:
        path = path_of(name)
        if name in self._being_made:
            circle = " → ".join([*self._being_made[self._being_made.index(name) :], name])
            self._refuse(
                path, f"is made from itself: {circle}", "take one of them out of the other"
            )
            return None
        if len(self._being_made) >= NEST_MAX:
            self._refuse(path, f"components nest more than {NEST_MAX} deep", "nest less")
            return None
        self._being_made.append(name)
        try:
            template = compile_template(self._texts[name], path, self, is_component=True)
            of = self._classes.get(name)
            return template if of is None else _with_class(template, of)
        except TemplateRefusedError as error:
            self.findings += error.findings
            return None
        finally:
            self._being_made.pop()

    def _refuse(self, path: str, message: str, fix: str) -> None:
        self.findings.append(Finding(path, 0, 0, "VIEW015", message, fix))


def _with_class(template: Template, of: ComponentClass) -> Template:
    """Return a component's template with what its class adds to it and takes from it."""
    fired = {name: line for name, line in template.handlers.items() if name not in of.methods}
    return dataclasses.replace(
        template,
        handlers={**dict.fromkeys(of.emits, 0), **fired},
        names=(template.names - of.data - of.methods) | of.props,
        of=of,
    )


def path_of(name: str) -> str:
    """Return where the template of a component stands."""
    return f"{FOLDER}{name}/{name}.html"


def scope_of(path: str) -> str | None:
    """Return the class below which a component's style sheet works, None for other sheets."""
    name = path.rpartition("/")[2].removesuffix(".css")
    return component_scope(name) if path == f"{FOLDER}{name}/{name}.css" else None
