"""Journeys in a real browser against a real host process."""
