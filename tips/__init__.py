"""Tips: sealed intake, receipts, dialogue. Own database, chain and keys; imports neither chat nor overlay nor store."""
