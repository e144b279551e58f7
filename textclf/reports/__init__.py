"""Text tables and HTML pages."""
