"""What a first visit brings over the wire is small: texts of the build are sent compressed to whoever takes them."""

import gzip

import pytest
from django.test import Client


@pytest.mark.parametrize("name", ["app.js", "app.css", "icons.svg", "live.js"])
def test_scripts_styles_and_icons_are_sent_compressed_and_whole(name: str) -> None:
    visitor = Client()
    plain = b"".join(visitor.get(f"/static/build/{name}", headers={"accept-encoding": "identity"}))
    answer = visitor.get(f"/static/build/{name}", headers={"accept-encoding": "gzip"})
    sent = b"".join(answer)
    assert answer["Content-Encoding"] == "gzip"
    assert gzip.decompress(sent) == plain
    assert len(sent) < len(plain) / 2
