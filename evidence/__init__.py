"""Evidence: what the record log held, provable to somebody who has no access to us.

Record log → Merkle tree (RFC 6962) → signed checkpoints → a bundle file that verifies with no database.
"""
