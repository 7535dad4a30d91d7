"""Files in: read as text, recognised, parsed, checked. What a file changes in the database stands beside
these modules.
"""
