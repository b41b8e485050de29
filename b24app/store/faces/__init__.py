"""What pages read: plain facts of one deal or of one portal, gathered in a handful of queries. Nothing here writes."""
