"""chains: a warehouse's leg before the carrier's

Revision 0015, after 0014.
"""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('shipment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('leg', sa.String(length=12), server_default='', nullable=False))
        batch_op.add_column(
            sa.Column(
                'follows',
                sa.BigInteger().with_variant(sa.Integer(), 'sqlite'),
                server_default='0',
                nullable=False,
            )
        )
        batch_op.add_column(sa.Column('picking', sa.JSON(), nullable=True))
    with op.batch_alter_table('rule', schema=None) as batch_op:
        batch_op.add_column(sa.Column('before', sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('rule', schema=None) as batch_op:
        batch_op.drop_column('before')
    with op.batch_alter_table('shipment', schema=None) as batch_op:
        batch_op.drop_column('picking')
        batch_op.drop_column('follows')
        batch_op.drop_column('leg')
