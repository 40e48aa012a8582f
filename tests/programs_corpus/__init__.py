"""Mini-programs as strangers write them: each must check, pack, open and answer to taps."""
