"""Raw text to document, passages, sentences, tokens and n-grams."""
