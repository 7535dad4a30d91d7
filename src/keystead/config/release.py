"""The release's number, in one place."""

RELEASE = "0.1.0"
