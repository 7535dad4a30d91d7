"""What people do with the product, done in a browser: real pages, real worker, real database."""
