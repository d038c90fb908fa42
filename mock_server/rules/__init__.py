"""The wallet's rules: one concept in each module and one method for each rule."""
