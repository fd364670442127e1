"""
People who can sign in.

Owns: User, ActivationCode, SignInAttempt.
Uses: kernel, audit, shell.
"""
