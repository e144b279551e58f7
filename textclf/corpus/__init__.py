"""Labelled records and tables, term lists, and what is wrong with them."""
