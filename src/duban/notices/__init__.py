"""
Messages to people: one reminder per person and day, and the robots of their group chats.

Owns: Digest, DigestDay, DigestLine, DigestRefusal, Robot, RobotMessage.
Uses: accounts, audit, kernel, organisation, shell, workdays.
"""
