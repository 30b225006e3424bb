"""Stores of documents: text under a kind and a key, with revisions, in transactions. They know nothing of stacks."""
