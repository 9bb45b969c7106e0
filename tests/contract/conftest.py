"""The databases that the account service may have."""

from __future__ import annotations

import pytest
import sqlalchemy

from softphone.pbx.service.database import metadata, sqlite_url
from tests.contract.postgres_fixture import postgres_cluster, postgres_programs
from tests.contract.store_fixture import A_SECRET, Opened


@pytest.fixture(scope="session")
def postgres_url():
    programs = postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres_cluster(programs) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "service.db")
    url = request.getfixturevalue("postgres_url")
    engine = sqlalchemy.create_engine(url)
    metadata.drop_all(engine)
    engine.dispose()
    return url


@pytest.fixture
def database(database_url):
    opened = Opened(database_url)
    yield opened
    opened.close()


@pytest.fixture
def store(database):
    store = database.open()
    store.ensure_account("alice@example.com", A_SECRET, "100", "Alice Tan", caller_ids=["+6561234567"])
    return store
