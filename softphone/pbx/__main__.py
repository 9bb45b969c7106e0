"""`python -m softphone.pbx` is `softphone pbx`."""

import sys

from softphone.pbx.main import run

sys.exit(run(sys.argv[1:]))
