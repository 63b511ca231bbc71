"""Training: from the corpus to a released model folder."""
