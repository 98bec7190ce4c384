"""What goes wrong with a model."""

from __future__ import annotations

from store.errors import VisciteError


class ModelUnavailable(VisciteError):
    """The weights of a model are not on this machine, or are not weights of that model.

    The message names what is missing and says how to get it. No other model is ever taken instead.
    """


class ModelFailed(VisciteError):
    """A model that was there gave no usable reply: it raised, was silent for too long, or did not come to an end."""


class SchemaRefused(ModelFailed):
    """A model that does not reply by a JSON Schema. It may still be asked for plain text."""
