"""An emulated world over real HTTP: a Bitrix24 portal, its OAuth server and logistics systems.

Written from the contracts alone; it imports nothing of the program under test. See ``sandbox/README.md``.
"""
