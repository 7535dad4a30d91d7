"""Where Django reads numbers otherwise than our pages write them, by language."""
