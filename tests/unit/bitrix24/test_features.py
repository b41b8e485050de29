"""Installed scopes × features: what works, and what waits until the app is updated in the portal."""

from __future__ import annotations

import pytest

from b24app.bitrix24.features import NEEDS, Feature, has, lacking
from b24app.bitrix24.scopes import REQUESTED

S, T, W, N, D, R, A, G, M, C = Feature
ALL = frozenset(Feature)
#: What was asked for before there were messages to clients and a store.
OLDER = "crm,placement,catalog,im,user_brief,department,userfieldconfig,bizproc"
#: What a portal granted -> the features it has.
TABLE: tuple[tuple[str, frozenset[Feature]], ...] = (
    (
        f"{OLDER},messageservice,delivery,sale,imopenlines",
        ALL,
    ),
    (f"{OLDER},delivery,sale,imopenlines", ALL - {G}),
    (
        f"{OLDER},messageservice,sale,imopenlines",
        ALL - {M},
    ),
    (
        f"{OLDER},messageservice,delivery,imopenlines",
        ALL - {M},
    ),
    ("crm,placement,catalog,im,user_brief,department,userfieldconfig", ALL - {A, G, M, C}),
    ("crm,placement,catalog,im,user_brief,department,bizproc", ALL - {R, G, M, C}),
    ("crm,placement,catalog,im,userfieldconfig", ALL - {D, A, G, M, C}),
    ("crm,placement,catalog,im,user_brief", ALL - {D, R, A, G, M, C}),
    ("crm,placement,catalog,im,department", ALL - {D, R, A, G, M, C}),
    ("crm,bizproc", frozenset({S, A})),
    ("bizproc", frozenset()),
    ("crm,placement,catalog", frozenset({S, T, W})),
    ("crm,placement,im", frozenset({S, T, N})),
    ("crm,placement", frozenset({S, T})),
    ("crm", frozenset({S})),
    ("placement,im", frozenset({T, N})),
    (f"{OLDER},task", ALL - {G, M, C}),
    ("task", frozenset()),
    # A row from before scopes were kept: nothing is switched off on a guess.
    ("", ALL),
)


@pytest.mark.parametrize(("granted", "working"), TABLE)
@pytest.mark.parametrize("feature", Feature)
def test_a_feature_works_with_all_its_scopes(granted: str, working: frozenset[Feature], feature: Feature) -> None:
    scopes = [scope for scope in granted.split(",") if scope]
    assert has(feature, scopes) is (feature in working)
    assert (feature in lacking(scopes)) is (feature not in working)


@pytest.mark.parametrize("feature", Feature)
def test_each_scope_of_a_feature_is_needed(feature: Feature) -> None:
    for scope in NEEDS[feature]:
        assert not has(feature, set(REQUESTED) - {scope})


def test_every_scope_we_ask_for_is_some_features_and_no_feature_needs_another() -> None:
    assert set().union(*NEEDS.values()) == set(REQUESTED)
