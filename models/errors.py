"""What goes wrong with a model before it has seen any input."""

from __future__ import annotations

from store.errors import VisciteError


class ModelUnavailable(VisciteError):
    """The weights of a model are not on this machine, or are not weights of that model.

    The message names what is missing and says how to get it. No other model is ever taken instead.
    """
