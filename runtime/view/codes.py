"""The rules of templates and style sheets, one code each: the reference is made from this table."""

from collections.abc import Mapping

VIEW_RULES: Mapping[str, str] = {
    "VIEW001": "The markup cannot be read: a tag is not closed, or is misplaced.",
    "VIEW002": "An element is not available.",
    "VIEW003": "An attribute is not available on this element, or a needed one is missing.",
    "VIEW004": "An expression cannot be read.",
    "VIEW005": "There is no filter with this name, or it takes other arguments.",
    "VIEW006": "A directive such as `m-if` or `m-for` is unknown or misplaced.",
    "VIEW007": "There is no event with this name.",
    "VIEW008": "`m-on:` needs the name of a method of the page.",
    "VIEW009": "`m-model` needs a field, and the name of an attribute of the page.",
    "VIEW010": "A loop cannot be read.",
    "VIEW011": "Warning: rows of a loop have no `m-key`.",
    "VIEW012": "A name begins with an underscore. Those names belong to the sandbox.",
    "VIEW013": "The template is too large or nests too deeply.",
    "VIEW014": "An attribute has a value that is not available, such as a picture from elsewhere.",
    "VIEW015": "A component is unknown, or used in a way it does not take.",
    "VIEW020": "An at-rule of a style sheet is not available.",
    "VIEW021": "A property of a style sheet is not available.",
    "VIEW022": "A value of a style sheet is not available, such as a picture from elsewhere.",
    "VIEW023": "A selector of a style sheet is not available.",
    "VIEW024": "A part of a style sheet cannot be read.",
    "VIEW025": "A style sheet is too large.",
}
