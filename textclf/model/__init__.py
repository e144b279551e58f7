"""A trained model: contents, card, file format, lookup by name, priors, scikit-learn export."""
