"""Reports: their queries run when somebody asks for one, not when the application starts."""

SYSTEMS = """
    SELECT srid
    FROM spatial_things
"""
