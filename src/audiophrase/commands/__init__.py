"""What people type: a module a command, of its name."""
