"""The sample data of the demo: an invented company, its customers and a year of their voices (see STORY.md)."""
