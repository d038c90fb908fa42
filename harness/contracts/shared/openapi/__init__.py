"""Makes the OpenAPI 3.1 document of a contract from its schemas, its examples and its requirements.

Paths come from the operations, requests and answers from the schema folder, refusals from `Contract.write_reply`, links
between operations from `Contract.encode`.
Further demands come from `requirements.yaml`. A private contract has such a document, too.
"""

from harness.contracts.shared.openapi.document import OpenApiError, document
from harness.contracts.shared.openapi.text import as_json, as_yaml

__all__ = ["OpenApiError", "as_json", "as_yaml", "document"]
