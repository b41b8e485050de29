"""returns: their rows, what was scanned and counted, moves and refunds

Revision 0018, after 0017.
"""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'deal_returns',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('deal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('last_n', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_deal_returns_portal_id_portal'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_deal_returns')),
        sa.UniqueConstraint('portal_id', 'deal_id', name=op.f('uq_deal_returns_portal_id_deal_id')),
    )
    op.create_table(
        'goods_return',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('deal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
        sa.Column('number', sa.String(length=40), nullable=False),
        sa.Column('key', sa.String(length=120), nullable=True),
        sa.Column('stage', sa.String(length=20), nullable=False),
        sa.Column('origin', sa.String(length=12), nullable=False),
        sa.Column('outcome', sa.String(length=20), nullable=True),
        sa.Column('undelivered', sa.Boolean(), nullable=False),
        sa.Column('delivery', sa.String(length=12), nullable=True),
        sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('signed', sa.Text(), nullable=False),
        sa.Column('settled', sa.JSON(), nullable=True),
        sa.Column('client', sa.Text(), nullable=True),
        sa.Column('decided', sa.Text(), nullable=True),
        sa.Column('created_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('created_name', sa.String(length=120), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_goods_return_portal_id_portal'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_goods_return')),
        sa.UniqueConstraint('portal_id', 'item_id', name=op.f('uq_goods_return_portal_id_item_id')),
        sa.UniqueConstraint('portal_id', 'key', name=op.f('uq_goods_return_portal_id_key')),
        sa.UniqueConstraint('portal_id', 'number', name=op.f('uq_goods_return_portal_id_number')),
    )
    op.create_index('ix_goods_return_changed_at', 'goods_return', ['changed_at'])
    op.create_index('ix_goods_return_portal_id_deal_id', 'goods_return', ['portal_id', 'deal_id'])
    op.create_table(
        'return_row',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('return_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('n', sa.Integer(), nullable=False),
        sa.Column('sold', sa.JSON(), nullable=False),
        sa.Column('pieces', sa.JSON(), nullable=False),
        sa.Column('reason', sa.String(length=64), nullable=False),
        sa.Column('note', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_return_row_portal_id_portal'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['return_id'], ['goods_return.id'], name=op.f('fk_return_row_return_id_goods_return'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_return_row')),
        sa.UniqueConstraint('return_id', 'n', name=op.f('uq_return_row_return_id_n')),
    )
    op.create_table(
        'return_count',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('return_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('n', sa.Integer(), nullable=False),
        sa.Column('row', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('quantity', sa.String(length=64), nullable=False),
        sa.Column('condition', sa.String(length=12), nullable=False),
        sa.Column('percent', sa.Integer(), nullable=True),
        sa.Column('note', sa.Text(), nullable=False),
        sa.Column('photos', sa.JSON(), nullable=False),
        sa.Column('by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('name', sa.String(length=120), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_return_count_portal_id_portal'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['return_id'], ['goods_return.id'], name=op.f('fk_return_count_return_id_goods_return'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_return_count')),
        sa.UniqueConstraint('return_id', 'n', name=op.f('uq_return_count_return_id_n')),
    )
    op.create_table(
        'return_code',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('return_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('kind', sa.String(length=12), nullable=False),
        sa.Column('code', sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_return_code_portal_id_portal'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['return_id'], ['goods_return.id'], name=op.f('fk_return_code_return_id_goods_return'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_return_code')),
        sa.UniqueConstraint('return_id', 'kind', 'code', name=op.f('uq_return_code_return_id_kind_code')),
    )
    op.create_index('ix_return_code_portal_id_code', 'return_code', ['portal_id', 'code'])
    op.create_table(
        'return_scan',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('return_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('key', sa.String(length=64), nullable=False),
        sa.Column('code', sa.String(length=128), nullable=False),
        sa.Column('row', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('quantity', sa.String(length=64), nullable=False),
        sa.Column('condition', sa.String(length=12), nullable=False),
        sa.Column('undoes', sa.String(length=64), nullable=False),
        sa.Column('by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('name', sa.String(length=120), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('got_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_return_scan_portal_id_portal'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['return_id'], ['goods_return.id'], name=op.f('fk_return_scan_return_id_goods_return'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_return_scan')),
        sa.UniqueConstraint('return_id', 'key', name=op.f('uq_return_scan_return_id_key')),
    )
    op.create_table(
        'return_photo',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('return_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('key', sa.String(length=64), nullable=False),
        sa.Column('row', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('media_type', sa.String(length=120), nullable=False),
        sa.Column('size', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('name', sa.String(length=120), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_return_photo_portal_id_portal'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['return_id'], ['goods_return.id'], name=op.f('fk_return_photo_return_id_goods_return'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_return_photo')),
        sa.UniqueConstraint('return_id', 'key', name=op.f('uq_return_photo_return_id_key')),
    )
    op.create_table(
        'return_photo_file',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('photo_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(['photo_id'], ['return_photo.id'], name=op.f('fk_return_photo_file_photo_id_return_photo'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_return_photo_file_portal_id_portal'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_return_photo_file')),
        sa.UniqueConstraint('photo_id', name=op.f('uq_return_photo_file_photo_id')),
    )
    op.create_table(
        'return_move',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('return_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('actor', sa.String(length=12), nullable=False),
        sa.Column('by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('name', sa.String(length=120), nullable=False),
        sa.Column('source', sa.String(length=64), nullable=False),
        sa.Column('was', sa.String(length=20), nullable=False),
        sa.Column('wanted', sa.String(length=20), nullable=False),
        sa.Column('stands', sa.String(length=20), nullable=False),
        sa.Column('why', sa.Text(), nullable=False),
        sa.Column('problems', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_return_move_portal_id_portal'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['return_id'], ['goods_return.id'], name=op.f('fk_return_move_return_id_goods_return'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_return_move')),
    )
    op.create_index('ix_return_move_return_id', 'return_move', ['return_id'])
    op.create_table(
        'return_refund',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('return_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('key', sa.String(length=64), nullable=False),
        sa.Column('kind', sa.String(length=12), nullable=False),
        sa.Column('minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('currency', sa.String(length=3), nullable=False),
        sa.Column('by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('name', sa.String(length=120), nullable=False),
        sa.Column('note', sa.Text(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_return_refund_portal_id_portal'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['return_id'], ['goods_return.id'], name=op.f('fk_return_refund_return_id_goods_return'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_return_refund')),
        sa.UniqueConstraint('return_id', 'key', name=op.f('uq_return_refund_return_id_key')),
    )


def downgrade() -> None:
    for name in (
        'return_refund',
        'return_move',
        'return_photo_file',
        'return_photo',
        'return_scan',
        'return_code',
        'return_count',
        'return_row',
        'goods_return',
        'deal_returns',
    ):
        op.drop_table(name)
