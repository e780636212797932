"""Customers: what is kept about one of them, to be shown, handed over and forgotten."""
