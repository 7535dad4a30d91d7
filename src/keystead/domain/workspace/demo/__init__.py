"""The demo workspace: an invented supplier of cold chain and energy equipment with its customers, the same each time."""
