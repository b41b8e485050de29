"""The main job on embedded defaults: everything started here and stopped with Ctrl-C, and the same thing headless."""
