"""Payments: merchants' servers take money, and hear what became of it."""
