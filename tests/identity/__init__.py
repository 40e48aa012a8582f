"""Tests of host.identity."""
