"""The database: models, queries, migrations. Nothing else in the program builds SQL."""
