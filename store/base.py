"""Metadata of the desk's database. Every room's tables inherit from `Base`; migrations write the DDL by hand.

In: nothing. Out: `Base`, and the column types the tables share. Times are UTC nanoseconds in 64-bit integers.
"""

from typing import Annotated

from sqlalchemy import BigInteger, MetaData, String
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables of the desk's database (the tips keep their own)."""

    metadata = MetaData(naming_convention=NAMES)


Id = Annotated[str, mapped_column(String(64))]
"""An opaque id made by us, or a client's command id."""

UtcNs = Annotated[int, mapped_column(BigInteger)]
"""UTC in nanoseconds since 1970."""
