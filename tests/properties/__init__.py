"""What holds for every sequence of acts, tried with many."""
