"""Taking a change back: everything that one request wrote becomes as it was, from the history that the triggers keep."""
