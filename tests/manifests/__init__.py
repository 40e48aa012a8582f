"""What a manifest may say, tried on every vector."""
