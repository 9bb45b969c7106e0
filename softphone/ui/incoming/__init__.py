"""Ringing calls and missed ones: windows above the others that never take the focus."""
