"""Tests of the wallet, on a real database."""
