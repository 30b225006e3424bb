"""For authors of flavors: contract suites, Hypothesis strategies and pytest fixtures.

Install them with `pip install stackkit[testing]`. Nothing else of stackkit imports them.
"""
