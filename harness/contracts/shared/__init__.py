"""What contracts have in common: JSON text, schemas, fields, answers, requirements, and the OpenAPI document."""
