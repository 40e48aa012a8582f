"""Templates → IR → tree → keyed patches, and the checks of style sheets.

The host renders pages of mini-programs itself: what a merchant writes is data here, from its
markup to its state.  Nothing in a template can call code, load anything or run without a bound.
"""

from runtime.view.compiler import compile_template
from runtime.view.components import Components
from runtime.view.components import scope_of as component_sheet_scope
from runtime.view.css import check_css, component_scope, page_scope
from runtime.view.errors import TemplateRefusedError, ViewFailedError
from runtime.view.interchange import compile_document
from runtime.view.ir import Template
from runtime.view.memo import Memo
from runtime.view.patch import apply, diff
from runtime.view.render import render
from runtime.view.run import Env
from runtime.view.tree import Element, Node, Text, Wire, to_wire

__all__ = [
    "Components",
    "Element",
    "Env",
    "Memo",
    "Node",
    "Template",
    "TemplateRefusedError",
    "Text",
    "ViewFailedError",
    "Wire",
    "apply",
    "check_css",
    "compile_document",
    "compile_template",
    "component_scope",
    "component_sheet_scope",
    "diff",
    "page_scope",
    "render",
    "to_wire",
]
