"""Files in, as pages: upload, columns, preview, progress, result, undo."""
