"""Annotation: the corpus in its inline form, the guideline, and the loop with Label Studio."""
