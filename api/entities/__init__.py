"""The register of businesses at the desk: files read, brought in by chunks, shown."""
