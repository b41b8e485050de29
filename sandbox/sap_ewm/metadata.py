"""``$metadata``: EDMX 1.0 of the V2 services (contract §9.1), EDMX 4.0 of EWM's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from .schema import Entity, Function, Navigation, Property, Service

_V2 = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx"'
    ' xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"'
    ' xmlns:sap="http://www.sap.com/Protocols/SAPData">\n<edmx:DataServices m:DataServiceVersion="2.0">\n'
    '<Schema Namespace="{0}" xml:lang="en" sap:schema-version="1"'
    ' xmlns="http://schemas.microsoft.com/ado/2008/09/edm">'
)
_V4 = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">\n<edmx:DataServices>\n'
    '<Schema Namespace="{0}" Alias="SAP__self" xmlns="http://docs.oasis-open.org/odata/ns/edm">'
)
_END = "</Schema>\n</edmx:DataServices>\n</edmx:Edmx>"
_PRECISION = {"DateTime": "7", "Time": "0", "DateTimeOffset": "0"}


def v2(service: Service, *, filterable: bool) -> str:
    """``filterable``: what the annotations say of headers and items (contract §3.2: they differ between releases)."""
    parts = [_V2.format(service.namespace)]
    for entity in service.entities.values():
        may_filter = filterable and "filter" in entity.flags
        parts.append(f'<EntityType Name="{entity.name}Type" sap:content-version="2">')
        parts += _keys(entity)
        parts += (_property(found, _annotations(found, may_filter)) for found in entity.properties.values())
        parts += (_navigation(service, found) for found in entity.navigations.values())
        parts.append("</EntityType>")
    for name, properties in service.complexes.items():
        parts.append(f'<ComplexType Name="{name}">')
        parts += (_property(found, ' sap:creatable="false" sap:updatable="false"') for found in properties.values())
        parts.append("</ComplexType>")
    parts += _associations(service)
    parts += _container(service)
    return "\n".join([*parts, _END])


def _keys(entity: Entity) -> Iterator[str]:
    refs = "".join(f'<PropertyRef Name="{key}"/>' for key in entity.keys)
    yield f"<Key>{refs}</Key>"


def _property(found: Property, more: str = "", *, nullable: bool = True) -> str:
    size = ""
    if found.type == "String" and found.size:
        size = f' MaxLength="{found.size[0]}"'
    elif found.type == "Decimal":
        scale = f' Scale="{found.size[1]}"' if found.size[1] else ""
        size = f' Precision="{found.size[0]}"{scale}'
    elif found.type in _PRECISION:
        size = f' Precision="{_PRECISION[found.type]}"'
    needed = ' Nullable="false"' if found.key or not nullable else ""
    return f'<Property Name="{found.name}" Type="Edm.{found.type}"{needed}{size}{more}/>'


def _annotations(found: Property, filterable: bool) -> str:
    """The default of each annotation is true."""
    parts = [' ConcurrencyMode="Fixed"'] if "E" in found.flags else []
    parts += [' sap:creatable="false"'] if "c" not in found.flags else []
    parts += [' sap:updatable="false"'] if "u" not in found.flags else []
    parts += [] if filterable else [' sap:sortable="false" sap:filterable="false"']
    return "".join(parts)


def _navigation(service: Service, found: Navigation) -> str:
    return (
        f'<NavigationProperty Name="{found.name}" Relationship="{service.namespace}.{found.association}"'
        f' FromRole="FromRole_{found.association}" ToRole="ToRole_{found.association}"/>'
    )


def _roads(service: Service) -> Iterator[tuple[Entity, Navigation]]:
    seen = set()
    for entity in service.entities.values():
        for found in entity.navigations.values():
            if found.association not in seen:
                seen.add(found.association)
                yield entity, found


def _associations(service: Service) -> Iterator[str]:
    for entity, found in _roads(service):
        many = "*" if found.many else "1"
        yield (
            f'<Association Name="{found.association}" sap:content-version="2">'
            f'<End Type="{service.namespace}.{entity.name}Type" Multiplicity="1" Role="FromRole_{found.association}"/>'
            f'<End Type="{service.namespace}.{found.target}Type" Multiplicity="{many}"'
            f' Role="ToRole_{found.association}"/>{_constraint(found)}</Association>'
        )


def _constraint(found: Navigation) -> str:
    if not found.on:
        return ""
    here = "".join(f'<PropertyRef Name="{left}"/>' for left, _ in found.on)
    there = "".join(f'<PropertyRef Name="{right}"/>' for _, right in found.on)
    name = found.association
    return (
        f'<ReferentialConstraint><Principal Role="FromRole_{name}">{here}</Principal>'
        f'<Dependent Role="ToRole_{name}">{there}</Dependent></ReferentialConstraint>'
    )


def _container(service: Service) -> Iterator[str]:
    yield (
        f'<EntityContainer Name="{service.name}_Entities" m:IsDefaultEntityContainer="true"'
        ' sap:supported-formats="atom json">'
    )
    for entity in service.entities.values():
        flags = {"creatable": "create", "updatable": "update", "deletable": "delete", "addressable": "direct"}
        more = "".join(f' sap:{name}="false"' for name, flag in flags.items() if flag not in entity.flags)
        yield f'<EntitySet Name="{entity.name}" EntityType="{service.namespace}.{entity.name}Type"{more}/>'
    for entity, found in _roads(service):
        name = found.association
        yield (
            f'<AssociationSet Name="{name}_Set" Association="{service.namespace}.{name}">'
            f'<End EntitySet="{entity.name}" Role="FromRole_{name}"/>'
            f'<End EntitySet="{found.target}" Role="ToRole_{name}"/></AssociationSet>'
        )
    yield from (_function(service, found) for found in service.functions.values())
    yield "</EntityContainer>"


def _function(service: Service, found: Function) -> str:
    """No EntitySet: that is what pyodata stumbles over (contract §7)."""
    parameters = "".join(_parameter(each) for each in found.parameters)
    return (
        f'<FunctionImport Name="{found.name}" ReturnType="Collection({service.namespace}.{found.result})"'
        f' m:HttpMethod="POST" sap:action-for="{service.namespace}.{found.target}Type">{parameters}</FunctionImport>'
    )


def _parameter(found: Property) -> str:
    size = ""
    if found.type == "String":
        size = f' MaxLength="{found.size[0]}"'
    elif found.type == "Decimal":
        size = f' Precision="{found.size[0]}" Scale="{found.size[1]}"'
    elif found.type == "DateTime":
        size = ' Precision="0"'
    return f'<Parameter Name="{found.name}" Type="Edm.{found.type}" Mode="In"{size}/>'


def v4(service: Service, keys: Mapping[str, Iterable[str]], actions: Mapping[str, Iterable[str]]) -> str:
    """``keys``: of sets whose key differs from the notation's; ``actions``: bound ones by set."""
    parts = [_V4.format(service.namespace)]
    for entity in service.entities.values():
        refs = "".join(f'<PropertyRef Name="{key}"/>' for key in keys.get(entity.name, entity.keys))
        parts.append(f'<EntityType Name="{entity.name}Type"><Key>{refs}</Key>')
        parts += (_property(found) for found in entity.properties.values())
        parts.append("</EntityType>")
    for name, bound in actions.items():
        parts += (
            f'<Action Name="{action}" IsBound="true"><Parameter Name="_it" Type="{service.namespace}.{name}Type"'
            ' Nullable="false"/></Action>'
            for action in bound
        )
    parts.append('<EntityContainer Name="Container">')
    parts += (f'<EntitySet Name="{each}" EntityType="{service.namespace}.{each}Type"/>' for each in service.entities)
    parts.append("</EntityContainer>")
    return "\n".join([*parts, _END])
