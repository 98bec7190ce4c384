"""The models that need no download: weights come from installed packages, the heads lie beside this file."""
