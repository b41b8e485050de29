"""what was and what became of a deal's address

Revision 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('address_change',
    sa.Column('id', BIG, nullable=False),
    sa.Column('portal_id', BIG, nullable=False),
    sa.Column('deal_id', BIG, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('user_id', BIG, nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('changes', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_address_change_portal_id_portal'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_address_change'))
    )
    with op.batch_alter_table('address_change', schema=None) as batch_op:
        batch_op.create_index('ix_address_change_portal_id_deal_id', ['portal_id', 'deal_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('address_change', schema=None) as batch_op:
        batch_op.drop_index('ix_address_change_portal_id_deal_id')

    op.drop_table('address_change')
