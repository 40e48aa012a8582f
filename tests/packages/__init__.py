"""Packages: opening them in one way only, and everything that can be said about one."""
