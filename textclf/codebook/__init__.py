"""Labeling schemes: labels, rules and edge cases, and the bundled ones."""
