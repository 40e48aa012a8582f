"""Paying by code: show one at a till, or scan one of a shop or a person."""
