"""`python -m harness.cli`, for an environment in which the command is not on the path."""

import sys

from harness.cli import main

sys.exit(main())
