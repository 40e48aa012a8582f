"""Tests of host.review."""
