"""The replication bundle of a study: its commands, files and models, and a check that reruns it."""
