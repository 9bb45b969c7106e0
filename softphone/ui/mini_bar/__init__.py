"""The small bar that stays on top while a call goes on behind other windows."""
