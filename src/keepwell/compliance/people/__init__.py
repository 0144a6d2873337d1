"""People: who works here, how they came, what they may, and how their access ends. Orchestrates the floors below."""
