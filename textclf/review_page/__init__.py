"""The review page: code a pool of articles in the browser, and train a model on the answers."""
