"""Benchmarks: each module runs alone (`python -m bench.<name>`) and prints one table. Time is measured here, never in tests."""
