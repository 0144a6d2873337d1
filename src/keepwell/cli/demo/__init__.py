"""The demo's two clinics, their staff and their made-up patients. Synthetic people only; all of it through actions."""
