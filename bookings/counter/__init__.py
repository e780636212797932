"""The counter: one page that sells with a few keys, and the till beside it. Its pages are part of the back office."""
