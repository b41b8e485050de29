"""Servers without a program: what the machine, the server and the database can do at best."""
