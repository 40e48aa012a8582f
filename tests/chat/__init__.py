"""Chat: numbers without gaps, repeats, blocks, groups, pages, live events."""
