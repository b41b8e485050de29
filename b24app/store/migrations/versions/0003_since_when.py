"""since when: an account is refused, a portal's events are heard

Revision ID: 0003
Revises: 0002
"""
import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('connection', schema=None) as batch_op:
        batch_op.add_column(sa.Column('refused_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('portal', schema=None) as batch_op:
        batch_op.add_column(sa.Column('event_seen_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('move_seen_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('portal', schema=None) as batch_op:
        batch_op.drop_column('move_seen_at')
        batch_op.drop_column('event_seen_at')

    with op.batch_alter_table('connection', schema=None) as batch_op:
        batch_op.drop_column('refused_at')
