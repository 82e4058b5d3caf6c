"""The vocabulary that every room speaks: fields, problems, numbers, paths. Imports no other room and does no I/O."""
