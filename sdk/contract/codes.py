"""The rules of the manifest, one code each: the reference is made from this table."""

from collections.abc import Mapping

MANIFEST_RULES: Mapping[str, str] = {
    "MAN001": "The manifest is not strict JSON in UTF-8, or is too large.",
    "MAN002": "A member stands twice. Which of them counts would be a guess.",
    "MAN003": "A number is not written as a whole number: `1.0` and `1e2` are refused.",
    "MAN004": "A member is of the wrong kind: text, say, instead of a number.",
    "MAN005": "A required member is missing.",
    "MAN006": "No member has this name. It would be ignored without a word, so it is an error.",
    "MAN007": "A value is not among those that are allowed.",
    "MAN008": "The `app_id` is taken, in this or another mix of upper and lower case.",
    "MAN009": "The program needs a newer host.",
    "MAN010": "A page is named that is not one of `pages`.",
    "MAN011": "No permission has this name.",
    "MAN012": "Two entries mean the same thing: one of them would be ignored.",
    "MAN013": "A sentence of `hutong.messages` has a field that is none, other fields in another"
    " language, few words, or a link.",
    "MAN020": "Warning: `version.name` is not of the form 1.0.0.",
    "MAN021": "Warning: a member is valid, and changes nothing on this host.",
}
