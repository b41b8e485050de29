"""Behaviour, one file a subject: ``checks`` an order's validation, ``backlog``, ``batches``, ``life``, ``clean``, …"""
