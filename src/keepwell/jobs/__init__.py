"""Work that comes round by the clock. What is asked for by somebody is queued by ledger.jobs."""
