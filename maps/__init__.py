"""What is shown and handed over: web maps, reports, GIS files, the atlas and the command line."""
