"""A private certificate authority of a test: roots, authorities below them, and servers' certificates."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """`issued` None = it vouches for itself."""

    name: str
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def new(cls, name: str, issuer: Authority | None = None, until: datetime | None = None) -> Authority:
        key = ec.generate_private_key(ec.SECP256R1())
        signer = issuer.key if issuer else key
        built = _builder(name, issuer.name if issuer else name, key, until)
        built = built.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        return cls(name, key, built.sign(signer, hashes.SHA256()))

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def server(self, folder: Path, *hosts: str, until: datetime | None = None) -> ssl.SSLContext:
        """TLS of a server at these names and addresses, its certificate issued here."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([_name(host) for host in hosts])
        built = _builder(hosts[0], self.name, key, until).add_extension(names, critical=False)
        certificate = built.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        path = folder / f"{x509.random_serial_number():x}.pem"
        path.write_bytes(private_pem(key).encode() + certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def private_pem(key: ec.EllipticCurvePrivateKey) -> str:
    nothing = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, nothing).decode()


def _builder(
    name: str, issuer: str, key: ec.EllipticCurvePrivateKey, until: datetime | None
) -> x509.CertificateBuilder:
    end = until or datetime.now(UTC) + 30 * DAY
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(end, datetime.now(UTC)) - DAY)
        .not_valid_after(end)
    )


def _named(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, name),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "ООО «Лён и Хвоя»"),
        ]
    )


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
