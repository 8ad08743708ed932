"""Starter templates, a module a theme. In: nothing. Out: contents a producer may plan from and change to their own.

They are data in Chinese like any template a producer writes, not words of the programme; statutes and points are to be
checked by the bureau's legal desk before a show.
"""
