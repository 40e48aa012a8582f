"""SQL of the payments domain."""
