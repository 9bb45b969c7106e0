"""The call stage: the page of a call that is set up, talked on, held or just ended."""
