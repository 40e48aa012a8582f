"""Tests: in the words of the behaviour, on real databases, real processes, a real browser."""
