"""pickup points of systems

Revision 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('point_source',
    sa.Column('id', BIG, nullable=False),
    sa.Column('system', sa.String(length=32), nullable=False),
    sa.Column('mode', sa.String(length=8), nullable=False),
    sa.Column('run', sa.Integer(), nullable=False),
    sa.Column('page', sa.Integer(), nullable=False),
    sa.Column('step', sa.String(length=12), nullable=False),
    sa.Column('half', sa.SmallInteger(), nullable=False),
    sa.Column('short', sa.Boolean(), nullable=False),
    sa.Column('skipped', sa.Integer(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('error', sa.String(length=255), nullable=False),
    sa.Column('asked_of', BIG, nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('refreshed_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_point_source')),
    sa.UniqueConstraint('system', 'mode', name=op.f('uq_point_source_system_mode'))
    )
    op.create_table('point_class',
    sa.Column('id', BIG, nullable=False),
    sa.Column('source_id', BIG, nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('takes', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['source_id'], ['point_source.id'], name=op.f('fk_point_class_source_id_point_source'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_point_class')),
    sa.UniqueConstraint('source_id', 'key', name=op.f('uq_point_class_source_id_key'))
    )
    op.create_table('point_days',
    sa.Column('id', BIG, nullable=False),
    sa.Column('source_id', BIG, nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('week', sa.SmallInteger(), nullable=True),
    sa.Column('special', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['source_id'], ['point_source.id'], name=op.f('fk_point_days_source_id_point_source'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_point_days')),
    sa.UniqueConstraint('source_id', 'key', name=op.f('uq_point_days_source_id_key'))
    )
    op.create_table('pickup_point',
    sa.Column('id', BIG, nullable=False),
    sa.Column('source_id', BIG, nullable=False),
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('class_id', BIG, nullable=False),
    sa.Column('days_id', BIG, nullable=False),
    sa.Column('tile', sa.Integer(), nullable=True),
    sa.Column('mx', sa.Integer(), nullable=True),
    sa.Column('my', sa.Integer(), nullable=True),
    sa.Column('lat', sa.Double(), nullable=True),
    sa.Column('lon', sa.Double(), nullable=True),
    sa.Column('city_key', sa.String(length=120), nullable=False),
    sa.Column('search', sa.Text(), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(length=40), nullable=False),
    sa.Column('seen', sa.Integer(), nullable=False),
    sa.Column('gone_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['source_id'], ['point_source.id'], name=op.f('fk_pickup_point_source_id_point_source'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pickup_point')),
    sa.UniqueConstraint('source_id', 'code', name=op.f('uq_pickup_point_source_id_code'))
    )
    with op.batch_alter_table('pickup_point', schema=None) as batch_op:
        batch_op.create_index('ix_pickup_point_map', ['tile', 'mx', 'my', 'class_id', 'days_id'], unique=False)
        batch_op.create_index('ix_pickup_point_city', ['city_key'], unique=False)

    op.create_table('point_cell',
    sa.Column('slot', BIG, autoincrement=False, nullable=False),
    sa.Column('z', sa.SmallInteger(), autoincrement=False, nullable=False),
    sa.Column('cx', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('cy', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('class_id', BIG, autoincrement=False, nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('sum_x', BIG, nullable=False),
    sa.Column('sum_y', BIG, nullable=False),
    sa.PrimaryKeyConstraint('slot', 'z', 'cx', 'cy', 'class_id', name=op.f('pk_point_cell')),
    sqlite_with_rowid=False
    )


def downgrade() -> None:
    op.drop_table('point_cell')
    with op.batch_alter_table('pickup_point', schema=None) as batch_op:
        batch_op.drop_index('ix_pickup_point_city')
        batch_op.drop_index('ix_pickup_point_map')
    op.drop_table('pickup_point')
    op.drop_table('point_days')
    op.drop_table('point_class')
    op.drop_table('point_source')
