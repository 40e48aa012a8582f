"""Tests for what is not a function: shapes, sizes, and that everything is documented."""
