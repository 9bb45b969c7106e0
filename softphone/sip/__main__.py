"""`python -m softphone.sip`: the user agent's process alone."""

from softphone.sip.main import main

raise SystemExit(main())
