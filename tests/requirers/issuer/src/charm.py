"""An issuer of certificates as the field's charms are, which can be told to answer in every other way as well."""

import datetime
import json

import ops
from charmlibs.interfaces.tls_certificates import (
    Certificate,
    CertificateError,
    CertificateRequestAttributes,
    CertificateSigningRequest,
    PrivateKey,
    ProviderCapabilities,
    ProviderCertificate,
    ProviderCertificateError,
    TLSCertificatesProvidesV4,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID


class Issuer(ops.CharmBase):
    """Answers each request once, by the option; a change of the option answers those anew that are not signed."""

    state = ops.StoredState()

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        self.state.set_default(key="", ca="", number=0)
        self.answer = str(self.config["answer"])
        refuses = ProviderCapabilities(supports_ip_sans=False) if self.answer == "no-addresses" else None
        self.library = TLSCertificatesProvidesV4(self, "certificates", refuses)
        for event in (self.on.config_changed, self.on.update_status, self.on.certificates_relation_changed):
            framework.observe(event, self.reconcile)
        framework.observe(self.on.new_ca_action, self.new_ca)
        framework.observe(self.on.revoke_all_action, self.revoke_all)

    def life(self) -> datetime.timedelta:
        return datetime.timedelta(minutes=int(self.config["minutes"]))

    def authority(self) -> tuple[Certificate, PrivateKey]:
        if not self.state.ca:
            self.make_authority()
        return Certificate.from_string(self.state.ca), PrivateKey.from_string(self.state.key)

    def make_authority(self) -> None:
        self.state.number += 1
        key = PrivateKey.generate()
        name = CertificateRequestAttributes(common_name=f"{self.app.name} CA {self.state.number}", is_ca=True)
        self.state.key = str(key)
        self.state.ca = str(Certificate.generate_self_signed_ca(name, key, datetime.timedelta(days=3650)))

    def new_ca(self, event: ops.ActionEvent) -> None:
        self.make_authority()

    def revoke_all(self, event: ops.ActionEvent) -> None:
        self.library.revoke_all_certificates()

    def reconcile(self, event: ops.EventBase) -> None:
        if self.answer == "fail":
            raise RuntimeError("a fault of the provider's own")
        if not self.unit.is_leader() or self.answer in ("hold", "no-addresses"):
            return
        requests = [(row.relation_id, row.certificate_signing_request) for row in self.library.get_outstanding_certificate_requests()]
        if self.answer == "rubbish":
            return self.write_rubbish()
        for at, (relation, request) in enumerate(requests):
            if self.answer.startswith("refuse-"):
                self.refuse(relation, request, int(self.answer.removeprefix("refuse-")))
            else:
                other = requests[(at + 1) % len(requests)][1] if self.answer == "another" else request
                self.issue(relation, request, other)

    def refuse(self, relation: int, request: CertificateSigningRequest, code: int) -> None:
        error = CertificateError(code=code, name=f"error {code}", message=f"code {code} it is")
        self.library.set_relation_error(ProviderCertificateError(relation, request, error))

    def write_rubbish(self) -> None:
        for relation in self.model.relations["certificates"]:
            relation.data[self.app]["certificates"] = json.dumps([{"certificate": 7}, "x", {"certificate": "-----", "certificate_signing_request": "y"}])

    def issue(self, relation: int, request: CertificateSigningRequest, of: CertificateSigningRequest) -> None:
        ca, key = self.authority()
        between = []
        if self.answer in ("shuffled", "rootless", "constrained"):
            root, ca, key = ca, *(self.constrained(ca, key) if self.answer == "constrained" else self.intermediate(ca, key))
            between = [ca] if self.answer == "rootless" else [root, ca]
        if self.answer == "another" and of == request:
            of = CertificateRequestAttributes(common_name="another").generate_csr(PrivateKey.generate())
        # Below an intermediate the library writes the issuer's issuer into the leaf, which nobody can verify: such a leaf is built by hand, too.
        if between or self.answer in ("server-only", "nameless"):
            leaf = self.odd(of, ca, key)
        else:
            leaf = Certificate.generate(of, ca, key, self.life(), is_ca=self.answer == "authority")
        chain = [*between, leaf] if between else [leaf, ca]
        self.library.set_relation_certificate(ProviderCertificate(relation, leaf, request, ca, chain))

    def intermediate(self, ca: Certificate, key: PrivateKey) -> tuple[Certificate, PrivateKey]:
        own = PrivateKey.generate()
        request = CertificateRequestAttributes(common_name="between", is_ca=True).generate_csr(own)
        return Certificate.generate(request, ca, key, datetime.timedelta(days=1000), is_ca=True), own

    def constrained(self, ca: Certificate, key: PrivateKey) -> tuple[Certificate, PrivateKey]:
        """An intermediate that may sign for one domain, as those of companies are; who signs for others with it is not stopped."""
        own = PrivateKey.generate()
        issuer = x509.load_pem_x509_certificate(str(ca).encode())
        public = serialization.load_pem_private_key(str(own).encode(), None).public_key()
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "between")])
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = x509.CertificateBuilder(issuer.subject, subject, public, x509.random_serial_number())
        builder = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1000))
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(x509.NameConstraints([x509.DNSName("corp.example")], None), critical=True)
        signed = builder.sign(serialization.load_pem_private_key(str(key).encode(), None), hashes.SHA256())
        return Certificate.from_string(signed.public_bytes(serialization.Encoding.PEM).decode()), own

    def odd(self, request: CertificateSigningRequest, ca: Certificate, key: PrivateKey) -> Certificate:
        """Without the use for clients, or without names but addresses, as issuers do that know better than the request."""
        asked = x509.load_pem_x509_csr(str(request).encode())
        issuer = x509.load_pem_x509_certificate(str(ca).encode())
        names = list(asked.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
        if self.answer == "nameless":
            names = [name for name in names if isinstance(name, x509.IPAddress)]
        uses = [ExtendedKeyUsageOID.SERVER_AUTH, *([] if self.answer == "server-only" else [ExtendedKeyUsageOID.CLIENT_AUTH])]
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = x509.CertificateBuilder(issuer.subject, asked.subject, asked.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now).not_valid_after(now + self.life())
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        signer = serialization.load_pem_private_key(str(key).encode(), None)
        leaf = builder.sign(signer, hashes.SHA256())
        return Certificate.from_string(leaf.public_bytes(serialization.Encoding.PEM).decode())


if __name__ == "__main__":
    ops.main(Issuer)
