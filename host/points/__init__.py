"""Points of shops: an asset of its own in the ledger, earned with orders and turned into money."""
