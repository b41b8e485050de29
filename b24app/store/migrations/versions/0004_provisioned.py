"""what is in place in portals

Revision 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('portal', schema=None) as batch_op:
        batch_op.add_column(sa.Column('provisioned', sa.String(length=40), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('provision_tried', sa.String(length=40), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('looked_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('portal', schema=None) as batch_op:
        batch_op.drop_column('looked_at')
        batch_op.drop_column('provision_tried')
        batch_op.drop_column('provisioned')
