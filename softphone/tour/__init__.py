"""The scripted tour: the real program clicked through, with real calls and measured sound."""
