"""The proof that the harness can fail: every defect of the bundled wallet against every scenario."""
