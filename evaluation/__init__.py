"""Measures how well a collection is found, on a folder of queries and expected files."""
