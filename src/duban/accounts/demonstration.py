"""What invented accounts have in common."""

# Public on purpose: shown on the sign-in page of a trial; accounts that have it are refused in production.
PASSWORD = "lanchuan-shiyong"  # noqa: S105 - a secret it is not
