"""The wallet's rules, one concept a module and one method a rule."""
