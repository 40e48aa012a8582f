"""Tests of host.core."""
