"""Tests of host.programs."""
