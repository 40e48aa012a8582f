"""Bills: a biller sends them, a person finds them by an account number and pays."""
