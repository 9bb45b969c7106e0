"""The Audio page: which microphone, speaker and ringing device, and how the sound is cleaned."""
