"""
Everything that is asked of a unit, counted in one ledger: caps, blocked periods, data requests, objections.

Owns: Demand, DemandUnit, Cap, BlockedPeriod, DataRequest, DataRequestUnit, Objection.
Uses: audit, campaigns, kernel, organisation, shell, workbooks, workdays.
"""
