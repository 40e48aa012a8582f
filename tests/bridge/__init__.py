"""Tests of host.bridge: real workers, real databases, a small shop."""
