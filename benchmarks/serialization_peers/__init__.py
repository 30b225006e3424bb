"""Three flavors of alerters as each library would have them: all for the same documents, each as strict as it can be.

A document is `{"type": "alerter", "flavor": …, "version": 1, "config": {…}}`. The configuration of a small flavor has 4 fields,
of a medium one 7, of a large one 15 with nested classes, lists of them, optional values, UUIDs, times and an enumeration.
"""
