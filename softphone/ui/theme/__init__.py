"""The look: tokens, fonts, icons, the application style sheet and motion."""
