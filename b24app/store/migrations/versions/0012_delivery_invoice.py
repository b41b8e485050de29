"""the delivery as a smart invoice of the deal

Revision 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('deal_rates', schema=None) as batch_op:
        batch_op.add_column(sa.Column('own_invoice', sa.JSON(), server_default='{}', nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('deal_rates', schema=None) as batch_op:
        batch_op.drop_column('own_invoice')
