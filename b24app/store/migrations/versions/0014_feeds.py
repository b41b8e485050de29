"""feeds: streams of news for all orders of an account

Revision 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'feed',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('system', sa.String(length=32), nullable=False),
        sa.Column('mode', sa.String(length=8), nullable=False),
        sa.Column('key', sa.String(length=120), nullable=False),
        sa.Column('cursor', sa.Text(), nullable=False),
        sa.Column('receipt', sa.Text(), nullable=False),
        sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('held_by', sa.String(length=64), nullable=False),
        sa.Column('held_until', sa.DateTime(timezone=True), nullable=True),
        sa.Column('pulled_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('problem', sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_feed')),
        sa.UniqueConstraint('system', 'mode', 'key', name=op.f('uq_feed_system_mode_key')),
    )
    with op.batch_alter_table('connection', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('feed_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True)
        )


def downgrade() -> None:
    with op.batch_alter_table('connection', schema=None) as batch_op:
        batch_op.drop_column('feed_id')
    op.drop_table('feed')
