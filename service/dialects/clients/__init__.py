"""Retrievers for other people's programs: single files to copy, each needs only its framework."""
