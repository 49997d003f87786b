def upgrade():
    op.create_table(
        "deposits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("loan_id", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column(
            "taken_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("paid_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["loan_id"], ["loans.id"], name=op.f("fk_deposits_loan_id_loans")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deposits")),
        sa.UniqueConstraint("loan_id", name=op.f("uq_deposits_loan_id")),
    )

    # the column is renamed: dropping it and adding another would lose what it holds
    # devenv: allow start.base -- the toolshed is closed while it is upgraded
    op.alter_column("items", "notes", new_column_name="care_notes")

    # three steps, because there are rows already: add it without NOT NULL, fill it, then restrict it
    op.add_column("items", sa.Column("deposit_cents", sa.Integer(), nullable=True))
    op.execute("UPDATE items SET deposit_cents = 0 WHERE deposit_cents IS NULL")
    op.alter_column("items", "deposit_cents", nullable=False)

    op.create_index(op.f("ix_loans_due_on"), "loans", ["due_on"], unique=False)


def downgrade():
    op.drop_index(op.f("ix_loans_due_on"), table_name="loans")
    op.drop_column("items", "deposit_cents")
    op.alter_column("items", "care_notes", new_column_name="notes")
    op.drop_table("deposits")
