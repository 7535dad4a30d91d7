"""What each staged row would do: found by its keys, compared, allowed or refused."""
