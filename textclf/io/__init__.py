"""Files in, files out: one module for each format."""
