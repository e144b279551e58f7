"""Figures of predicted labels, agreement of coders, comparison of systems: with intervals."""
