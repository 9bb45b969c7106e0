"""The settings window: a page per subject, drawn from one declaration per setting."""
