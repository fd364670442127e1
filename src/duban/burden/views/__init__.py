"""Pages of the ledger, its limits, data requests and objections."""
