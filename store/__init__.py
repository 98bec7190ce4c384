"""The system of record: shared vocabulary, LanceDB tables, index versions and the FAISS view."""
