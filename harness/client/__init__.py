"""How a request reaches the wallet, and what became of it. The only room that knows an HTTP library."""
