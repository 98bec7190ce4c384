"""Every neural network, behind short protocols. Adapters live one a file."""
