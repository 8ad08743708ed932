"""The domain, pure: facts (`events`), what is asked (`commands`), what is reported (`status`) and the rules between.

Nothing here reads a file, a clock or chance. Time and ids come in as arguments.
"""
