"""A client of etcd as charms in the field are: one request, a certificate of its own, the library does the rest."""

import datetime
import os
import pathlib
import subprocess

import ops
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from dpcharmlibs.interfaces import (
    RequirerCommonModel,
    RequirerDataContractV1,
    ResourceProviderModel,
    ResourceRequirerEventHandler,
    build_model,
    write_model,
)

LABEL = "own-certificate"


def make_certificate(common_name: str) -> dict[str, str]:
    """A self-signed certificate of an end entity, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(hours=1))
    builder = builder.not_valid_after(now + datetime.timedelta(days=365))
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return {
        "certificate": builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode(),
        "private-key": key.private_bytes(serialization.Encoding.PEM, *form).decode(),
    }


class Client(ops.CharmBase):
    """Asks for one prefix."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        request = RequirerCommonModel(
            resource=str(self.config["prefix"]), mtls_cert=self.own()["certificate"] if self.unit.is_leader() else None
        )
        self.etcd = ResourceRequirerEventHandler(self, "etcd", [request], response_model=ResourceProviderModel)
        framework.observe(self.etcd.on.resource_created, self.served)
        framework.observe(self.on.put_action, self.put)
        framework.observe(self.on.get_action, self.get)
        framework.observe(self.on.rotate_action, self.rotate)

    def own(self) -> dict[str, str]:
        """The certificate and its key, in a secret that nobody is granted."""
        try:
            return self.model.get_secret(label=LABEL).get_content(refresh=True)
        except ops.SecretNotFoundError:
            content = make_certificate(str(self.config["common-name"]))
            self.app.add_secret(content, label=LABEL)
            return content

    def served(self, event) -> None:
        self.unit.status = ops.ActiveStatus(f"user {event.response.username}")

    def rotate(self, event: ops.ActionEvent) -> None:
        content = make_certificate(str(self.config["common-name"]))
        self.model.get_secret(label=LABEL).set_content(content)
        for relation in self.model.relations["etcd"]:
            contract = RequirerDataContractV1[RequirerCommonModel]
            repository = self.etcd.interface.repository(relation.id, self.app)
            asked = build_model(repository, contract)
            for request in asked.requests:
                request.mtls_cert = content["certificate"]
            write_model(repository, asked)

    def put(self, event: ops.ActionEvent) -> None:
        self.etcdctl(event, "put", event.params["key"], event.params["value"])

    def get(self, event: ops.ActionEvent) -> None:
        self.etcdctl(event, "get", "--print-value-only", event.params["key"])

    def etcdctl(self, event: ops.ActionEvent, *words: str) -> None:
        """Fails the action with etcd's words; the key file is this user's alone and goes at once."""
        relation = self.model.relations["etcd"][0]
        answer = self.etcd.interface.build_model(relation.id, component=relation.app).requests[0]
        files = {"ca": answer.tls_ca or "", **self.own()}
        paths = {name: pathlib.Path(f"{os.getcwd()}/.{name}.pem") for name in files}
        for name, path in paths.items():
            path.touch(mode=0o600)
            path.write_text(files[name])
        flags = ["--endpoints", answer.uris, "--cacert", paths["ca"], "--cert", paths["certificate"], "--key", paths["private-key"]]
        done = subprocess.run([str(self.config["etcdctl"]), *flags, *words], capture_output=True, text=True)
        for path in paths.values():
            path.unlink()
        if done.returncode:
            event.fail(done.stderr[-300:])
        else:
            event.set_results({"value": done.stdout.strip()})


if __name__ == "__main__":
    ops.main(Client)
