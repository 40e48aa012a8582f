"""Every published way out of a sandbox, tried on ours and judged by its effect."""
