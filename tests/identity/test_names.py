"""What a handle and a display name may be."""

import pytest

from host.identity.errors import HandleRefusedError, NameRefusedError
from host.identity.service.names import check_handle, check_name, skeleton


class TestHandle:
    """A handle is an address that cannot be mistaken for another."""

    @pytest.mark.parametrize(
        ("typed", "stored"),
        [
            ("Ann", "ann"),
            ("@Ann_1", "ann_1"),
            ("  li  ", "li"),
            ("ＡＮＮ", "ann"),
            ("Straße", "strasse"),
            ("小明", "小明"),
            ("さくら", "さくら"),
        ],
    )
    def test_one_form_is_stored(self, typed: str, stored: str) -> None:
        """Case, width and a leading @ are typing, not identity."""
        assert stored == check_handle(typed)

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "a",
            "a" * 25,
            "a" * 4_000_000,
            "a b",
            "a\u200bb",
            "a\u202eb",
            "a\x00b",
            "1ann",
            "_ann",
            "ann!",
            "ann\u0661",  # an Arabic digit
            "раура1l",  # Cyrillic and Latin
            "xiao明",
            "😀😀",
            "admin",
            "ADRNIN",
            "hut0ng",
        ],
    )
    def test_what_cannot_be_a_handle_is_refused(self, typed: str) -> None:
        """Too short, too long, invisible, mixed scripts, or the lane's own name."""
        with pytest.raises(HandleRefusedError):
            check_handle(typed)

    @pytest.mark.parametrize(
        ("handle", "lookalike"),
        [("paypal", "paypa1"), ("ann_lee", "annlee"), ("modern", "modem"), ("ivan", "lvan")],
    )
    def test_lookalikes_have_one_skeleton(self, handle: str, lookalike: str) -> None:
        """Two handles that pass for each other are one key."""
        assert skeleton(handle) == skeleton(lookalike)

    def test_a_whole_handle_in_another_script_is_caught(self) -> None:
        """Cyrillic letters alone can spell a Latin handle."""
        assert skeleton("scope") == skeleton(check_handle("ѕсоре"))

    def test_different_handles_differ(self) -> None:
        """The skeleton does not fold what people can tell apart."""
        assert 5 == len({skeleton(h) for h in ("ann", "anna", "bob", "小明", "小月")})


class TestDisplayName:
    """A name may be anything that does not mislead or break a page."""

    @pytest.mark.parametrize(
        "name",
        ["Ann", "Ann Lee", "李雷", "محمد", "👨\u200d👩\u200d👧\u200d👦 Li", "🇨🇳" * 64, "é" * 64],
    )
    def test_names_of_the_world_are_kept(self, name: str) -> None:
        """Sixty-four signs as a person sees them, in any script."""
        assert name == check_name(name)

    @pytest.mark.parametrize(
        "name",
        [
            "",
            "   ",
            "…",
            "x" * 65,
            "x" * 4_000_000,
            "a\u202eb",
            "a\u2066b",
            "a\nb",
            "a\x00b",
            "a\u200bb",
            "\ufeffa",
            "a" + "\u0301" * 9,
            "a" * 10 + "\u0301" * 10_000,
            "a\ue000b",
            "a\uffffb",
        ],
    )
    def test_misleading_names_are_refused(self, name: str) -> None:
        """Control, direction-changing and invisible signs, towers of marks, and too long."""
        with pytest.raises(NameRefusedError):
            check_name(name)

    def test_spaces_are_one_space(self) -> None:
        """Two names do not differ by spaces."""
        assert "Ann Lee" == check_name("  Ann   Lee ")
