"""Contacts: requests, answers, blocks."""
