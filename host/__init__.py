"""The Hutong server: everything a person, a merchant or an admin talks to."""
