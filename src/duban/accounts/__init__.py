"""
People who can sign in.

Owns: User, SignInAttempt.
Uses: kernel, audit, shell.
"""
