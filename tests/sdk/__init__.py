"""What merchants write against: the contract, the commands, tests of their own."""
