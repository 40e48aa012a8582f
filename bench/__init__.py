"""Measurements that anybody can repeat: each figure beside a reference of the same run."""
