"""Labelled records and term lists to a model."""
