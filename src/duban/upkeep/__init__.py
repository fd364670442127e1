"""
What keeps an installation running: its state as a supervisor asks for it.

Owns: nothing.
Uses: campaigns, figures, kernel, shell.
"""
