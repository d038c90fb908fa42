"""`python -m harness.cli`, for where the command is not on the path."""

import sys

from harness.cli import main

sys.exit(main())
