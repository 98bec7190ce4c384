"""The faces: command line, HTTP, settings, and the one place that names concrete classes."""
