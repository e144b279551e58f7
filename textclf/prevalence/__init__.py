"""How frequent a label is in an archive: samples to code by hand, estimates, counts by group."""
