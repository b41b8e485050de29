"""a dead call that a person revives begins its ladder anew

Revision 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('intent', schema=None) as batch_op:
        batch_op.add_column(sa.Column('ladder_from', sa.Integer(), server_default='0', nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('intent', schema=None) as batch_op:
        batch_op.drop_column('ladder_from')
