"""Documents to predictions with status, evidence and passage aggregation."""
