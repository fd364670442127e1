"""
People who can sign in.

Owns: User, ActivationCode, SecondFactor, RecoveryCode, SignInAttempt.
Uses: kernel, audit, shell.
"""
