"""Travel times on big graphs: one interface, a plain search for small graphs, a customizable contraction hierarchy for large."""
