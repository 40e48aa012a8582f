"""What the peers are given to run."""
