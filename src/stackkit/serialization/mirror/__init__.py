"""Reading and writing at speed: functions that are generated for a flavor from its codecs, and give what the codecs would.

Each gives None for what looks unusual or wrong: that is left to the codecs, whose result or error then holds.
"""
