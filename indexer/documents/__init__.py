"""Documents in, pages out: what a page says, in reading order, with the place of every line."""
