"""The pages of the counter: selling, receipts, the till."""
