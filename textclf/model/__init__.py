"""A trained model: its contents, its file, where it is found, its export."""
