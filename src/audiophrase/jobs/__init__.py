"""The jobs: a module a rule, of its name, that reads artifacts, calls pure functions and writes.

What several jobs share lies beside them.
"""
