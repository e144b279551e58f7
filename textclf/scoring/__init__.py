"""Text and weights to scores and calibrated probabilities, in NumPy or in C."""
