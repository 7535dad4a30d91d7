"""What can be wrong with a file, a row or a cell: codes, sentences, groups, and the file of rejected rows."""
