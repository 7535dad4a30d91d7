"""What a file changes in the database, in one transaction, and how it is taken back."""
