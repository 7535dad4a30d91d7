"""Loading Django: hundreds of thousands of objects at once, all of which stay."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def all_stays() -> Iterator[None]:
    """What is made in the block is never looked at for collection: neither meanwhile, which is a fifth of a start, nor later."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
