"""Reading a written address into parts, so that no word of it is lost, and writing parts as one line again."""
