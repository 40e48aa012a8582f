"""Tests of host.brands."""
