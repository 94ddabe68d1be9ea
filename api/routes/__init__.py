"""Routes: one module a noun, its shapes above its handlers. ``api.main`` puts them together."""
