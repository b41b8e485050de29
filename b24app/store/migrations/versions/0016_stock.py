"""what lies in warehouses, as deals want to know it

Revision 0016, after 0015.
"""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'deal_stock',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('deal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('job_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
        sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('needs', sa.JSON(), nullable=False),
        sa.Column('lacking', sa.JSON(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('touched_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_deal_stock_portal_id_portal'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_deal_stock')),
        sa.UniqueConstraint('portal_id', 'deal_id', name=op.f('uq_deal_stock_portal_id_deal_id')),
    )
    op.create_index('ix_deal_stock_touched_at', 'deal_stock', ['touched_at'])
    op.create_table(
        'stock_look',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('connection_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('deal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('problem', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(['connection_id'], ['connection.id'], name=op.f('fk_stock_look_connection_id_connection'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_stock_look_portal_id_portal'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_look')),
        sa.UniqueConstraint('portal_id', 'deal_id', 'connection_id', name=op.f('uq_stock_look_portal_id_deal_id_connection_id')),
    )
    op.create_index('ix_stock_look_asked_at', 'stock_look', ['asked_at'])
    op.create_table(
        'stock_row',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('connection_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('sku', sa.String(length=255), nullable=False),
        sa.Column('shelf', sa.JSON(), nullable=False),
        sa.Column('read_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['connection_id'], ['connection.id'], name=op.f('fk_stock_row_connection_id_connection'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_stock_row_portal_id_portal'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_row')),
        sa.UniqueConstraint('connection_id', 'sku', name=op.f('uq_stock_row_connection_id_sku')),
    )
    op.create_index('ix_stock_row_read_at', 'stock_row', ['read_at'])


def downgrade() -> None:
    for name in ('stock_row', 'stock_look', 'deal_stock'):
        op.drop_table(name)
