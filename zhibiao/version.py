"""The version of the library; the model carries its own."""

__version__ = "0.1.0"
