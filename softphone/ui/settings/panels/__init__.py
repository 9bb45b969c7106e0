"""What each page of the settings window holds."""
