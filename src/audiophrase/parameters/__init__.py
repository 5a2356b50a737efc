"""Parameters: how they are declared, and the sections of params.yaml that they make up."""
