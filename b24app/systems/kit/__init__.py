"""What adapters share, so that a new one is its carrier's words and little else. Nothing here knows a carrier:
`line` (calls and what a failed one means), `tokens`, `soap`, `meanings` (code tables), `units`, `directory` (a small
cache of reference data), `cities` (which namesake is meant), `spool` (a long list, page by page), `portions` (a list
cut into calls), `checks` (the connection test), `goods` (sums per piece), `picked` and `inspected` (what a warehouse
found), `statuses` (by their word), `senders` (who sends), `forms` (what settings forms ask for alike), `fitting` (a
point and a shipment), `subscriptions` (our address among theirs), `json_lines` (where in a text a value stands),
`one_c_…` (1C: our HTTP service in an infobase, and its standard OData)."""
