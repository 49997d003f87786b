"""The first module: makes the others importable from memory and starts to serve."""
