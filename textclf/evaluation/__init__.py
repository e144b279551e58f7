"""Metrics, intervals, agreement, and a model held against labelled texts."""
