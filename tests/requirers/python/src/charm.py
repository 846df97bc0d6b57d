"""A client of etcd as charms in the field are: a request for each prefix, certificates of its own, the library does the rest."""

import os
import pathlib
import subprocess

import ops
from certificate import make_certificate
from dpcharmlibs.interfaces import (
    RequirerCommonModel,
    RequirerDataContractV1,
    ResourceProviderModel,
    ResourceRequirerEventHandler,
    build_model,
    write_model,
)

EVENTS = [
    "resource_created",
    "endpoints_changed",
    "read_only_endpoints_changed",
    "authentication_updated",
    "status_raised",
    "status_resolved",
]


class Client(ops.CharmBase):
    """Asks for each prefix of its option, and counts what the library tells it."""

    state = ops.StoredState()

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        self.state.set_default(counts={}, made="")
        requests = [RequirerCommonModel(resource=prefix, mtls_cert=self.certificate(at)) for at, prefix in self.prefixes()]
        self.etcd = ResourceRequirerEventHandler(self, "etcd", requests, response_model=ResourceProviderModel)
        for name in EVENTS:
            framework.observe(getattr(self.etcd.on, name), self.count)
        for name in ["resource_created", "authentication_updated"]:
            framework.observe(getattr(self.etcd.on, name), self.served)
        framework.observe(self.on.config_changed, self.ask_anew)
        framework.observe(self.on.put_action, self.put)
        framework.observe(self.on.get_action, self.get)
        framework.observe(self.on.rotate_action, self.rotate)
        framework.observe(self.on.events_action, self.tell_events)

    def prefixes(self) -> list[tuple[int, str]]:
        if self.config["request"] == "none":
            return []
        return list(enumerate(str(self.config["prefix"]).split(",")))

    def certificate(self, at: int) -> str | None:
        return self.own(at)["certificate"] if self.unit.is_leader() else None

    def own(self, at: int = 0) -> dict[str, str]:
        """The certificate and its key, in a secret that nobody is granted."""
        try:
            return self.model.get_secret(label=f"key-{at}").get_content(refresh=True)
        except ops.SecretNotFoundError:
            content = self.make(at)
            self.app.add_secret(content, label=f"key-{at}")
            return content

    def make(self, at: int) -> dict[str, str]:
        self.state.made = self.wish()
        name = str(self.config["common-name"])
        return make_certificate(f"{name}-{at}" if at else name, str(self.config["certificate"]))

    def wish(self) -> str:
        return f"{self.config['common-name']} {self.config['certificate']}"

    def count(self, event: ops.EventBase) -> None:
        kind = event.handle.kind.replace("_", "-")
        self.state.counts[kind] = self.state.counts.get(kind, 0) + 1

    def served(self, event) -> None:
        response = event.response
        parts = [response.username, response.uris, response.endpoints, response.tls_ca, response.version]
        told = f"user {response.username}" if all(parts) else f"incomplete: {parts}"
        self.unit.status = ops.ActiveStatus(told)

    def rotate(self, event: ops.EventBase) -> None:
        fresh = {}
        for at, _ in self.prefixes():
            self.own(at)
            fresh[at] = self.make(at)
            self.model.get_secret(label=f"key-{at}").set_content(fresh[at])
        self.write(fresh)

    def ask_anew(self, event: ops.EventBase) -> None:
        """A wish for another certificate makes one; other prefixes are written into the list as it is."""
        if not self.unit.is_leader():
            return
        if self.state.made not in ("", self.wish()):
            self.rotate(event)
        else:
            self.write({})

    def write(self, fresh: dict[int, dict[str, str]]) -> None:
        """The list in the databag, edited in place: what is added has no id yet, as where charm code adds it. Juju shows what
        was set in this hook only after it, so fresh certificates are handed over."""
        for relation in self.model.relations["etcd"]:
            repository = self.etcd.interface.repository(relation.id, self.app)
            known = build_model(repository, RequirerDataContractV1[RequirerCommonModel])
            requests = list(known.requests)[: len(self.prefixes())]
            for at, prefix in self.prefixes():
                if at == len(requests):
                    requests.append(RequirerCommonModel(resource=prefix))
                requests[at].resource = prefix
                requests[at].mtls_cert = fresh.get(at, self.own(at))["certificate"]
            known.requests = requests
            known.version = "v1"
            write_model(repository, known)

    def tell_events(self, event: ops.ActionEvent) -> None:
        event.set_results({name: str(count) for name, count in self.state.counts.items()})
        self.state.counts = {}

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
