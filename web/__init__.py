"""Pages, view models, templates and static assets. Knows nothing of routes or of who may see what."""
