"""documents of orders in systems that keep some

Revision 0017, after 0016.
"""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'filed_look',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('shipment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('problem', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_filed_look_portal_id_portal'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['shipment_id'], ['shipment.id'], name=op.f('fk_filed_look_shipment_id_shipment'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_filed_look')),
        sa.UniqueConstraint('shipment_id', name=op.f('uq_filed_look_shipment_id')),
    )
    op.create_table(
        'filed',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('shipment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('deal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('remote_key', sa.String(length=255), nullable=False),
        sa.Column('ours', sa.String(length=80), nullable=False),
        sa.Column('name', sa.String(length=255), nullable=False),
        sa.Column('kind', sa.String(length=16), nullable=False),
        sa.Column('media_type', sa.String(length=120), nullable=False),
        sa.Column('size', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('state', sa.String(length=8), nullable=False),
        sa.Column('problem', sa.JSON(), nullable=False),
        sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_filed_portal_id_portal'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['shipment_id'], ['shipment.id'], name=op.f('fk_filed_shipment_id_shipment'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_filed')),
        sa.UniqueConstraint('shipment_id', 'remote_key', 'ours', name=op.f('uq_filed_shipment_id_remote_key_ours')),
    )
    op.create_index('ix_filed_portal_id_deal_id', 'filed', ['portal_id', 'deal_id'])
    op.create_index('ix_filed_changed_at', 'filed', ['changed_at'])
    op.create_table(
        'filed_file',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('portal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('filed_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=False),
        sa.Column('kept_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['filed_id'], ['filed.id'], name=op.f('fk_filed_file_filed_id_filed'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_filed_file_portal_id_portal'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_filed_file')),
        sa.UniqueConstraint('filed_id', name=op.f('uq_filed_file_filed_id')),
    )
    op.create_index('ix_filed_file_kept_at', 'filed_file', ['kept_at'])


def downgrade() -> None:
    for name in ('filed_file', 'filed', 'filed_look'):
        op.drop_table(name)
