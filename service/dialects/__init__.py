"""The search in the words of others: one file for each front end's own contract."""
