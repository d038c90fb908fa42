"""`python -m walletproof`: the command of that name, for an environment in which it is not on the path."""

import sys

from harness.cli import main

sys.exit(main())
