"""returns: what somebody wants of them, what systems are asked, phones of clerks

Revision 0019, after 0018.
"""

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('clerk_phone',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('return_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('clerk_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('clerk_name', sa.String(length=120), nullable=False),
    sa.Column('code_digest', sa.String(length=64), nullable=False),
    sa.Column('code_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('token_digest', sa.String(length=64), nullable=True),
    sa.Column('device', sa.String(length=120), nullable=False),
    sa.Column('made_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('paired_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('looks_at', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_clerk_phone_portal_id_portal'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['return_id'], ['goods_return.id'], name=op.f('fk_clerk_phone_return_id_goods_return'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clerk_phone')),
    sa.UniqueConstraint('code_digest', name=op.f('uq_clerk_phone_code_digest')),
    sa.UniqueConstraint('token_digest', name=op.f('uq_clerk_phone_token_digest'))
    )
    with op.batch_alter_table('clerk_phone', schema=None) as batch_op:
        batch_op.create_index('ix_clerk_phone_portal_id_clerk_id', ['portal_id', 'clerk_id'], unique=False)

    op.create_table('product_barcode',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('return_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('code', sa.String(length=128), nullable=False),
    sa.Column('goods', sa.String(length=80), nullable=False),
    sa.Column('scan_key', sa.String(length=64), nullable=False),
    sa.Column('learnt_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_product_barcode_portal_id_portal'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['return_id'], ['goods_return.id'], name=op.f('fk_product_barcode_return_id_goods_return'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_barcode')),
    sa.UniqueConstraint('portal_id', 'code', name=op.f('uq_product_barcode_portal_id_code'))
    )
    with op.batch_alter_table('product_barcode', schema=None) as batch_op:
        batch_op.create_index('ix_product_barcode_portal_id_goods', ['portal_id', 'goods'], unique=False)

    op.create_table('public_try',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('what', sa.String(length=64), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_public_try_portal_id_portal'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_public_try')),
    sa.UniqueConstraint('portal_id', 'what', name=op.f('uq_public_try_portal_id_what'))
    )
    with op.batch_alter_table('public_try', schema=None) as batch_op:
        batch_op.create_index('ix_public_try_until', ['until'], unique=False)

    op.create_table('return_act',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('return_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('deal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('given', sa.Text(), nullable=False),
    sa.Column('actor', sa.String(length=12), nullable=False),
    sa.Column('by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('source', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('result', sa.JSON(), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_return_act_portal_id_portal'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['return_id'], ['goods_return.id'], name=op.f('fk_return_act_return_id_goods_return'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_return_act')),
    sa.UniqueConstraint('portal_id', 'key', name=op.f('uq_return_act_portal_id_key'))
    )
    with op.batch_alter_table('return_act', schema=None) as batch_op:
        batch_op.create_index('ix_return_act_portal_id_deal_id', ['portal_id', 'deal_id'], unique=False)
        batch_op.create_index('ix_return_act_return_id', ['return_id'], unique=False)

    op.create_table('return_errand',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('return_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('lane_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('connection_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('request', sa.Text(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('remote_id', sa.String(length=64), nullable=False),
    sa.Column('order_number', sa.String(length=64), nullable=False),
    sa.Column('tracking_number', sa.String(length=64), nullable=False),
    sa.Column('status', sa.String(length=24), nullable=False),
    sa.Column('problems', sa.JSON(), nullable=False),
    sa.Column('wants_cancel', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('fence', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('deadline', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_try_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_error', sa.String(length=2000), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('trace_id', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['connection_id'], ['connection.id'], name=op.f('fk_return_errand_connection_id_connection'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['lane_id'], ['lane.id'], name=op.f('fk_return_errand_lane_id_lane'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_return_errand_portal_id_portal'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['return_id'], ['goods_return.id'], name=op.f('fk_return_errand_return_id_goods_return'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_return_errand')),
    sa.UniqueConstraint('portal_id', 'kind', 'number', name=op.f('uq_return_errand_portal_id_kind_number')),
    sa.UniqueConstraint('return_id', 'kind', 'n', name=op.f('uq_return_errand_return_id_kind_n'))
    )
    with op.batch_alter_table('return_errand', schema=None) as batch_op:
        batch_op.create_index('ix_return_errand_lane_id_next_try_at', ['lane_id', 'next_try_at'], unique=False)
        batch_op.create_index('ix_return_errand_next_try_at', ['next_try_at'], unique=False)

    with op.batch_alter_table('shipment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('in_part', sa.JSON(), nullable=True))
        batch_op.create_index('ix_shipment_portal_id_order_number', ['portal_id', 'order_number'], unique=False)
        batch_op.create_index('ix_shipment_portal_id_tracking_number', ['portal_id', 'tracking_number'], unique=False)

    with op.batch_alter_table('portal', schema=None) as batch_op:
        batch_op.add_column(sa.Column('public_id', sa.String(length=24), nullable=True))
        batch_op.create_index('uq_portal_public_id', ['public_id'], unique=True)

    op.create_table('return_prices',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('return_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('connection_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('prices', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['connection_id'], ['connection.id'], name=op.f('fk_return_prices_connection_id_connection'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_return_prices_portal_id_portal'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['return_id'], ['goods_return.id'], name=op.f('fk_return_prices_return_id_goods_return'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_return_prices')),
    sa.UniqueConstraint('return_id', 'connection_id', name=op.f('uq_return_prices_return_id_connection_id'))
    )
    op.create_table('return_label',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('errand_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('form', sa.String(length=24), nullable=False),
    sa.Column('status', sa.String(length=8), nullable=False),
    sa.Column('remote_key', sa.String(length=64), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('problem', sa.JSON(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['errand_id'], ['return_errand.id'], name=op.f('fk_return_label_errand_id_return_errand'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_return_label_portal_id_portal'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_return_label')),
    sa.UniqueConstraint('errand_id', name=op.f('uq_return_label_errand_id'))
    )
    with op.batch_alter_table('deal_returns', schema=None) as batch_op:
        batch_op.add_column(sa.Column('basis', sa.Text(), nullable=True))

    with op.batch_alter_table('goods_return', schema=None) as batch_op:
        batch_op.add_column(sa.Column('way', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('problems', sa.JSON(), server_default='[]', nullable=False))
        batch_op.add_column(sa.Column('item', sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column('replacement', sa.String(length=64), server_default='', nullable=False))

    with op.batch_alter_table('return_scan', schema=None) as batch_op:
        batch_op.add_column(sa.Column('note', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('teaches', sa.String(length=128), server_default='', nullable=False))

    with op.batch_alter_table('return_row', schema=None) as batch_op:
        batch_op.add_column(sa.Column('goods', sa.String(length=80), server_default='', nullable=False))
        batch_op.create_index('ix_return_row_portal_id_goods', ['portal_id', 'goods'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('return_row', schema=None) as batch_op:
        batch_op.drop_index('ix_return_row_portal_id_goods')
        batch_op.drop_column('goods')

    with op.batch_alter_table('return_scan', schema=None) as batch_op:
        batch_op.drop_column('teaches')
        batch_op.drop_column('note')

    with op.batch_alter_table('goods_return', schema=None) as batch_op:
        batch_op.drop_column('item')
        batch_op.drop_column('replacement')
        batch_op.drop_column('problems')
        batch_op.drop_column('way')

    with op.batch_alter_table('deal_returns', schema=None) as batch_op:
        batch_op.drop_column('basis')

    op.drop_table('return_label')
    op.drop_table('return_prices')
    with op.batch_alter_table('return_errand', schema=None) as batch_op:
        batch_op.drop_index('ix_return_errand_next_try_at')
        batch_op.drop_index('ix_return_errand_lane_id_next_try_at')

    op.drop_table('return_errand')
    with op.batch_alter_table('return_act', schema=None) as batch_op:
        batch_op.drop_index('ix_return_act_return_id')
        batch_op.drop_index('ix_return_act_portal_id_deal_id')

    op.drop_table('return_act')
    with op.batch_alter_table('public_try', schema=None) as batch_op:
        batch_op.drop_index('ix_public_try_until')

    op.drop_table('public_try')
    with op.batch_alter_table('product_barcode', schema=None) as batch_op:
        batch_op.drop_index('ix_product_barcode_portal_id_goods')

    op.drop_table('product_barcode')
    with op.batch_alter_table('shipment', schema=None) as batch_op:
        batch_op.drop_index('ix_shipment_portal_id_tracking_number')
        batch_op.drop_index('ix_shipment_portal_id_order_number')
        batch_op.drop_column('in_part')

    with op.batch_alter_table('portal', schema=None) as batch_op:
        batch_op.drop_index('uq_portal_public_id')
        batch_op.drop_column('public_id')

    with op.batch_alter_table('clerk_phone', schema=None) as batch_op:
        batch_op.drop_index('ix_clerk_phone_portal_id_clerk_id')

    op.drop_table('clerk_phone')
