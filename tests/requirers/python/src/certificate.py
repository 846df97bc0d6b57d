"""Certificates of an end entity or of a CA, and their keys."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def make_certificate(common_name: str, kind: str = "good") -> dict[str, str]:
    """A certificate of that kind and its key: good and ca sign themselves, issued has its authority's behind it."""
    if kind == "issued":
        issuer = make_certificate("the issuer", "ca")
        signer = serialization.load_pem_private_key(issuer["private-key"].encode(), None)
        issued = sign_certificate(common_name, False, "the issuer", signer)
        return {**issued, "certificate": issued["certificate"] + issuer["certificate"]}
    return sign_certificate(common_name, kind == "ca")


def sign_certificate(common_name: str, authority: bool, issuer: str = "", signer=None) -> dict[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject, by = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, of)]) for of in (common_name, issuer or common_name))
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder(by, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(hours=1))
    builder = builder.not_valid_after(now + datetime.timedelta(days=365))
    builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return {
        "certificate": builder.sign(signer or key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode(),
        "private-key": key.private_bytes(serialization.Encoding.PEM, *form).decode(),
    }
