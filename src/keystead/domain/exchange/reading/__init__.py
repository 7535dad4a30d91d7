"""A file as a table: headers and rows of text, each with its number in the file. Nothing is interpreted."""
