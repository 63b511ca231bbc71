"""The HTTP service: validates, extracts, answers."""
