"""How a target is judged: lengths by area, times, the projects that close a gap, and what the definition changes."""
