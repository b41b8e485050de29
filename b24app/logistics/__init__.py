"""The domain in pure Python: models, statuses, problems and the ports a logistics system implements.

Units everywhere: weight in integer grams, length in integer millimetres, money in integer minor units with an
ISO currency, time as aware UTC datetimes, phones as E.164. Nothing here does I/O.
"""
