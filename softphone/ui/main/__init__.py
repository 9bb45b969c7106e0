"""The main window: the one box, the calls, the keypad, and what is beside them."""
