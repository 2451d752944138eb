"""GIS files: one module per format, the fields and styles that they share, and their metadata."""
