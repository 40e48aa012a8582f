"""What a mini-program may say, and what it means."""
