"""What writes documents, and tables that documents and verifiers share, from the code: nothing is written twice."""
