"""Planning at the desk: bodies, rows for pages, the calendar of one person. In: deeds and the store. Out: views."""
