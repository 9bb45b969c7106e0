# Two commands: `make demo` and `make test`. Each sets up everything it needs first.
.PHONY: demo test tour bench lock

PYTHON_IN = .venv/bin/python

# With no display the demo is a scripted tour that writes a transcript and pictures to ./tour.
demo:
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname -s)" != Linux ]; then \
		installer/prepare.sh demo && exec $(PYTHON_IN) -m softphone --demo; \
	else \
		$(MAKE) --no-print-directory tour; \
	fi

tour:
	@installer/prepare.sh tour
	@$(PYTHON_IN) -m softphone --demo --tour tour

test:
	@installer/prepare.sh test
	@$(PYTHON_IN) -m pytest

bench:
	@installer/prepare.sh test
	@$(PYTHON_IN) -m tests.bench

# Renew requirements.lock from pyproject.toml (needs uv).
lock:
	uv pip compile --universal --python-version 3.10 --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--all-extras pyproject.toml -o requirements.lock
