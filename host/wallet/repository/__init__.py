"""The wallet's SQL: ``ledger``, ``escrow``, ``rail``, ``pin``, and what reads the journal."""
