"""Where it is put together: settings, addresses, roles, reactions, figures, the command line, the embedded database."""
