"""The compiled engine, in C: `native`, where it could be built. `textclf.kernel` speaks to it."""
