"""the delivery as a product row of the deal

Revision 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('deal_rates', schema=None) as batch_op:
        batch_op.add_column(sa.Column('own_row', sa.JSON(), server_default='{}', nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('deal_rates', schema=None) as batch_op:
        batch_op.drop_column('own_row')
