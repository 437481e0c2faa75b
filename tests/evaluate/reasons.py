"""Why an aim is not reached, by the key of its row. Everything else on the page is computed."""

REASONS = {
    "paired": "No command measures base and head alternately yet, so nothing can be asked.",
}
MISSING = "not explained yet"
