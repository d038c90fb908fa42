"""An OpenAPI 3.1 document of a contract, from its schemas, its examples and its requirements.

Nothing in it is written twice: paths come from the operations, request and answers from the schema folder, the refusals
from `Contract.write_reply`, and what is demanded beyond the shapes from `requirements.yaml`. A private contract has
such a document, too.
"""

from harness.contracts.shared.openapi.document import OpenApiError, document
from harness.contracts.shared.openapi.text import as_json, as_yaml

__all__ = ["OpenApiError", "as_json", "as_yaml", "document"]
