"""messages to clients, the store, forecasts, costs

Revision 0020, after 0019.
"""

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('portal_logo',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_portal_logo_portal_id_portal'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_portal_logo')),
    sa.UniqueConstraint('portal_id', name=op.f('uq_portal_logo_portal_id'))
    )
    op.create_table('message_stop',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('who', sa.String(length=64), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_message_stop_portal_id_portal'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message_stop')),
    sa.UniqueConstraint('portal_id', 'who', name=op.f('uq_message_stop_portal_id_who'))
    )
    op.create_table('robot_wish',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('deal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('call', sa.Text(), nullable=False),
    sa.Column('memory', sa.Text(), nullable=False),
    sa.Column('looks', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('trace_id', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_robot_wish_portal_id_portal'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_robot_wish')),
    sa.UniqueConstraint('portal_id', 'key', name=op.f('uq_robot_wish_portal_id_key'))
    )
    with op.batch_alter_table('robot_wish', schema=None) as batch_op:
        batch_op.create_index('ix_robot_wish_created_at', ['created_at'], unique=False)
        batch_op.create_index('ix_robot_wish_portal_id_deal_id', ['portal_id', 'deal_id'], unique=False)

    op.create_table('automation_use',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('trouble', sa.String(length=500), nullable=False),
    sa.Column('trouble_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_automation_use_portal_id_portal'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_automation_use')),
    sa.UniqueConstraint('portal_id', 'code', name=op.f('uq_automation_use_portal_id_code'))
    )
    op.create_table('rating',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('shipment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('deal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('stars', sa.Integer(), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_rating_portal_id_portal'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['shipment_id'], ['shipment.id'], name=op.f('fk_rating_shipment_id_shipment'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rating'))
    )
    with op.batch_alter_table('rating', schema=None) as batch_op:
        batch_op.create_index('ix_rating_portal_id_at', ['portal_id', 'at'], unique=False)
        batch_op.create_index('ix_rating_portal_id_deal_id', ['portal_id', 'deal_id'], unique=False)
        batch_op.create_index('uq_rating_shipment_id', ['shipment_id'], unique=True)

    op.create_table('message',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('deal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('shipment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('return_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('moment', sa.String(length=20), nullable=False),
    sa.Column('source', sa.String(length=12), nullable=False),
    sa.Column('by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('channel', sa.String(length=8), nullable=False),
    sa.Column('lang', sa.String(length=2), nullable=False),
    sa.Column('said', sa.Text(), nullable=True),
    sa.Column('connection_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('lane_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('remote_id', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('why', sa.String(length=48), nullable=False),
    sa.Column('told', sa.String(length=12), nullable=False),
    sa.Column('segments', sa.Integer(), nullable=False),
    sa.Column('price', sa.JSON(), nullable=True),
    sa.Column('fence', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('deadline', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_try_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_error', sa.String(length=2000), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('trace_id', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['connection_id'], ['connection.id'], name=op.f('fk_message_connection_id_connection'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['lane_id'], ['lane.id'], name=op.f('fk_message_lane_id_lane'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_message_portal_id_portal'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['return_id'], ['goods_return.id'], name=op.f('fk_message_return_id_goods_return'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['shipment_id'], ['shipment.id'], name=op.f('fk_message_shipment_id_shipment'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message')),
    sa.UniqueConstraint('connection_id', 'number', name=op.f('uq_message_connection_id_number')),
    sa.UniqueConstraint('portal_id', 'key', name=op.f('uq_message_portal_id_key'))
    )
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.create_index('ix_message_lane_id_next_try_at', ['lane_id', 'next_try_at'], unique=False)
        batch_op.create_index('ix_message_portal_id_created_at', ['portal_id', 'created_at'], unique=False)
        batch_op.create_index('ix_message_portal_id_deal_id', ['portal_id', 'deal_id'], unique=False)
        batch_op.create_index('ix_message_state_next_try_at', ['state', 'next_try_at'], unique=False)
    op.create_table('carrier_bill',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('connection_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=160), nullable=False),
    sa.Column('mapping', sa.JSON(), nullable=False),
    sa.Column('lines', sa.Integer(), nullable=False),
    sa.Column('taken', sa.Integer(), nullable=False),
    sa.Column('by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['connection_id'], ['connection.id'], name=op.f('fk_carrier_bill_connection_id_connection'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_carrier_bill_portal_id_portal'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_carrier_bill')),
    sa.UniqueConstraint('portal_id', 'connection_id', 'digest', name=op.f('uq_carrier_bill_portal_id_connection_id_digest'))
    )
    op.create_table('carrier_bill_line',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('bill_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=64), nullable=False),
    sa.Column('minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('weighed_g', sa.Integer(), nullable=False),
    sa.Column('extra', sa.String(length=160), nullable=False),
    sa.Column('shipment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('why', sa.String(length=24), nullable=False),
    sa.ForeignKeyConstraint(['bill_id'], ['carrier_bill.id'], name=op.f('fk_carrier_bill_line_bill_id_carrier_bill'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_carrier_bill_line_portal_id_portal'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['shipment_id'], ['shipment.id'], name=op.f('fk_carrier_bill_line_shipment_id_shipment'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_carrier_bill_line')),
    sa.UniqueConstraint('bill_id', 'n', name=op.f('uq_carrier_bill_line_bill_id_n'))
    )
    with op.batch_alter_table('carrier_bill_line', schema=None) as batch_op:
        batch_op.create_index('ix_carrier_bill_line_portal_id_shipment_id', ['portal_id', 'shipment_id'], unique=False)

    op.create_table('transit',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('shipment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('deal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('system', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('service', sa.String(length=80), nullable=False),
    sa.Column('origin', sa.String(length=8), nullable=False),
    sa.Column('to', sa.String(length=8), nullable=False),
    sa.Column('days_max', sa.Integer(), nullable=True),
    sa.Column('promised', sa.Date(), nullable=True),
    sa.Column('by', sa.String(length=8), nullable=False),
    sa.Column('handed', sa.Date(), nullable=True),
    sa.Column('reached', sa.Date(), nullable=True),
    sa.Column('arrived', sa.Date(), nullable=True),
    sa.Column('news', sa.Date(), nullable=True),
    sa.Column('gap', sa.Integer(), nullable=True),
    sa.Column('place', sa.String(length=160), nullable=False),
    sa.Column('seen', sa.Integer(), nullable=False),
    sa.Column('risk', sa.String(length=8), nullable=False),
    sa.Column('late_by', sa.Integer(), nullable=False),
    sa.Column('expected', sa.Date(), nullable=True),
    sa.Column('forecast', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('forecast_on', sa.Date(), nullable=True),
    sa.Column('told', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_transit_portal_id_portal'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['shipment_id'], ['shipment.id'], name=op.f('fk_transit_shipment_id_shipment'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transit'))
    )
    with op.batch_alter_table('transit', schema=None) as batch_op:
        batch_op.create_index('ix_transit_portal_id_arrived', ['portal_id', 'arrived'], unique=False)
        batch_op.create_index('ix_transit_portal_id_promised', ['portal_id', 'promised'], unique=False)
        batch_op.create_index('ix_transit_portal_id_state', ['portal_id', 'state'], unique=False)
        batch_op.create_index('uq_transit_shipment_id', ['shipment_id'], unique=True)
    op.create_table('shipment_figures',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('connection_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('shipment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('moved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('numbered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('quoted', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('quoted_currency', sa.String(length=3), nullable=False),
    sa.Column('quoted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('quoted_by', sa.String(length=8), nullable=False),
    sa.Column('booked', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('booked_currency', sa.String(length=3), nullable=False),
    sa.Column('booked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('billed', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('billed_currency', sa.String(length=3), nullable=False),
    sa.Column('billed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('billed_by', sa.String(length=8), nullable=False),
    sa.Column('told_g', sa.Integer(), nullable=False),
    sa.Column('weighed_g', sa.Integer(), nullable=False),
    sa.Column('extra', sa.String(length=160), nullable=False),
    sa.Column('over', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('reason', sa.String(length=12), nullable=False),
    sa.ForeignKeyConstraint(['connection_id'], ['connection.id'], name=op.f('fk_shipment_figures_connection_id_connection'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_shipment_figures_portal_id_portal'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['shipment_id'], ['shipment.id'], name=op.f('fk_shipment_figures_shipment_id_shipment'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shipment_figures')),
    sa.UniqueConstraint('shipment_id', name=op.f('uq_shipment_figures_shipment_id'))
    )
    with op.batch_alter_table('shipment_figures', schema=None) as batch_op:
        batch_op.create_index('ix_shipment_figures_portal_id_numbered_at', ['portal_id', 'numbered_at'], unique=False)

    with op.batch_alter_table('deal_returns', schema=None) as batch_op:
        batch_op.add_column(sa.Column('own_sums', sa.JSON(), server_default=sa.text("'{}'"), nullable=False))

    with op.batch_alter_table('deal_returns', schema=None) as batch_op:
        batch_op.alter_column('own_sums', server_default=None)

    with op.batch_alter_table('shipment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('pickup_code', sa.Text(), nullable=True))
        batch_op.create_index('ix_shipment_portal_id_status_status_at', ['portal_id', 'status', 'status_at'], unique=False)

    # What reports count of earlier shipments: when they had their number. Their prices begin with what is told next.
    op.execute(
        "INSERT INTO shipment_figures (portal_id, connection_id, shipment_id, numbered_at, quoted_currency, quoted_by, "
        "booked_currency, billed_currency, billed_by, told_g, weighed_g, extra, reason) "
        "SELECT portal_id, connection_id, id, accepted_at, '', '', '', '', '', 0, 0, '', '' FROM shipment "
        "WHERE accepted_at IS NOT NULL AND leg = '' AND status NOT IN ('draft', 'submitting', 'rejected')"
    )

    op.create_table('shop_door',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('secret', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_shop_door_portal_id_portal'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shop_door')),
    sa.UniqueConstraint('digest', name=op.f('uq_shop_door_digest')),
    sa.UniqueConstraint('portal_id', name=op.f('uq_shop_door_portal_id'))
    )
    op.create_table('shop_price',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('connection_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('lane', sa.String(length=40), nullable=False),
    sa.Column('priced', sa.JSON(), nullable=False),
    sa.Column('priced_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['connection_id'], ['connection.id'], name=op.f('fk_shop_price_connection_id_connection'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_shop_price_portal_id_portal'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shop_price')),
    sa.UniqueConstraint('connection_id', 'key', name=op.f('uq_shop_price_connection_id_key'))
    )
    with op.batch_alter_table('shop_price', schema=None) as batch_op:
        batch_op.create_index('ix_shop_price_connection_id_lane', ['connection_id', 'lane'], unique=False)
        batch_op.create_index('ix_shop_price_priced_at', ['priced_at'], unique=False)

    op.create_table('shop_request',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sale_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('order_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('delivery_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('deal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('shipment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('wish', sa.Text(), nullable=True),
    sa.Column('problem', sa.Text(), nullable=True),
    sa.Column('told', sa.String(length=40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_shop_request_portal_id_portal'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shop_request')),
    sa.UniqueConstraint('portal_id', 'sale_id', name=op.f('uq_shop_request_portal_id_sale_id'))
    )
    with op.batch_alter_table('shop_request', schema=None) as batch_op:
        batch_op.create_index('ix_shop_request_portal_id_deal_id', ['portal_id', 'deal_id'], unique=False)

    op.create_table('deal_extras',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('deal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('chosen', sa.String(length=120), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('changed_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('changed_name', sa.String(length=120), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_deal_extras_portal_id_portal'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deal_extras')),
    sa.UniqueConstraint('portal_id', 'deal_id', name=op.f('uq_deal_extras_portal_id_deal_id'))
    )


def downgrade() -> None:
    op.drop_table('deal_extras')
    with op.batch_alter_table('shop_request', schema=None) as batch_op:
        batch_op.drop_index('ix_shop_request_portal_id_deal_id')

    op.drop_table('shop_request')
    with op.batch_alter_table('shop_price', schema=None) as batch_op:
        batch_op.drop_index('ix_shop_price_priced_at')
        batch_op.drop_index('ix_shop_price_connection_id_lane')

    op.drop_table('shop_price')
    op.drop_table('shop_door')
    with op.batch_alter_table('shipment', schema=None) as batch_op:
        batch_op.drop_index('ix_shipment_portal_id_status_status_at')
        batch_op.drop_column('pickup_code')

    with op.batch_alter_table('shipment_figures', schema=None) as batch_op:
        batch_op.drop_index('ix_shipment_figures_portal_id_numbered_at')

    op.drop_table('shipment_figures')
    with op.batch_alter_table('deal_returns', schema=None) as batch_op:
        batch_op.drop_column('own_sums')

    with op.batch_alter_table('carrier_bill_line', schema=None) as batch_op:
        batch_op.drop_index('ix_carrier_bill_line_portal_id_shipment_id')

    op.drop_table('carrier_bill_line')
    op.drop_table('carrier_bill')
    op.drop_table('transit')
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_index('ix_message_state_next_try_at')
        batch_op.drop_index('ix_message_portal_id_deal_id')
        batch_op.drop_index('ix_message_portal_id_created_at')
        batch_op.drop_index('ix_message_lane_id_next_try_at')

    op.drop_table('message')
    op.drop_table('automation_use')
    with op.batch_alter_table('robot_wish', schema=None) as batch_op:
        batch_op.drop_index('ix_robot_wish_portal_id_deal_id')
        batch_op.drop_index('ix_robot_wish_created_at')

    op.drop_table('robot_wish')
    with op.batch_alter_table('rating', schema=None) as batch_op:
        batch_op.drop_index('uq_rating_shipment_id')
        batch_op.drop_index('ix_rating_portal_id_deal_id')
        batch_op.drop_index('ix_rating_portal_id_at')

    op.drop_table('rating')
    op.drop_table('message_stop')
    op.drop_table('portal_logo')
