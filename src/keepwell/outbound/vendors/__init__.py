"""The register of vendors, their agreements, and what was found out about them before they get anything."""
