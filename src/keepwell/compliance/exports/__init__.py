"""Taking entries of the activity log out as a file."""
