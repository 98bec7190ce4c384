"""From hits to a cited answer in which every citation has been checked. Reads no store and no file."""
