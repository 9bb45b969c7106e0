"""The widget kit: every control of the design, painted from the theme."""
