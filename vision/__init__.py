"""Questions about images that are given with the request."""
