"""Every subject of the fuzzer, by name."""

from tests.fuzz import css, manifest, package, policy, protocol, template
from tests.fuzz.engine import Subject

SUBJECTS: dict[str, Subject] = {
    each.SUBJECT.name: each.SUBJECT for each in (protocol, package, template, policy, manifest, css)
}
