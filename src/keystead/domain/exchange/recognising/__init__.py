"""What a file means here: which field a column is, which record a name is, and what was learnt from earlier files."""
