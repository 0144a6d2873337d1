"""What a newer version brings along, for tests of updates: an app of two migrations, and settings that know it."""
