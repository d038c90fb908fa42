"""Code that all contracts share: JSON text, schemas, fields, answers, requirements, and the OpenAPI document."""
