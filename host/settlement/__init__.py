"""A merchant's money after it was earned: settlement, splits, payouts, files.

``pending`` (earned, may still go back) → ``available`` (can be divided and paid out) → the bank.
"""
