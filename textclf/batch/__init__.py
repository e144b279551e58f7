"""Many files through the classifier into one output, in one or several processes."""
