"""The package of graphics. In: a content from `overlay.layout`. Out: a `Painted` picture and its place."""
