"""
What every module stands on: refusals, flow tables, actors and decisions, events, paging.

Owns: no tables, no addresses.
Uses: nothing.
"""
