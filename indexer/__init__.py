"""Files in, items out: walk, decode, PDF pages, describe, embed, write."""
