"""Tests of host.insights."""
