"""The draw at the desk: bodies of its deeds, its views, its public proof."""
