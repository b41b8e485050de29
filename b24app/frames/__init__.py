"""What every page inside a Bitrix24 frame shares: proof of the opener, session, headers, words and the error contract.

`placements` and `install` are siblings that may not import each other; what both need lives here, one storey below.
"""
