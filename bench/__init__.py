"""Figures of the program against bars: `python -m bench [row …]` measures, prints a table, writes `results.json`.

Everything is measured on processes as they would be deployed, against the emulated world and against the bare servers
of `baselines/`. What a row means stands in the module that measures it.
"""
