"""A client of etcd as charms in the field are: a request for each prefix, certificates of its own, the library does the rest."""

import os
import pathlib
import subprocess

import ops
from certificate import make_certificate


class Client(ops.CharmBase):
    """Asks for each prefix of its option, and counts what the library tells it."""

    state = ops.StoredState()

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        self.state.set_default(counts={}, made="")
        self.library = self.open_library([(prefix, self.certificate(at)) for at, prefix in self.prefixes()])
        for name in self.library.events:
            framework.observe(getattr(self.library.handler.on, name), self.count)
        for name in self.library.served:
            framework.observe(getattr(self.library.handler.on, name), self.served)
        framework.observe(self.on.config_changed, self.ask_anew)
        framework.observe(self.on.put_action, self.put)
        framework.observe(self.on.get_action, self.get)
        framework.observe(self.on.rotate_action, self.rotate)
        framework.observe(self.on.events_action, self.tell_events)

    def open_library(self, requests: list[tuple[str, str | None]]):
        """Each is loaded only where it is used: loading one takes as long as all the rest of a hook."""
        if self.config["library"] == "v0":
            from library_v0 import LibraryV0

            return LibraryV0(self, requests)
        from library_v1 import LibraryV1

        return LibraryV1(self, requests)

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
        answer = self.library.answer_of(event)
        told = f"user {answer['username']}" if all(answer.values()) else f"incomplete: {answer}"
        self.unit.status = ops.ActiveStatus(told)

    def rotate(self, event: ops.EventBase) -> None:
        fresh = {}
        for at, _ in self.prefixes():
            self.own(at)
            fresh[at] = self.make(at)
            self.model.get_secret(label=f"key-{at}").set_content(fresh[at])
        self.ask(fresh)

    def ask_anew(self, event: ops.EventBase) -> None:
        """A wish for another certificate makes one; other prefixes are asked for with those that are there."""
        if not self.unit.is_leader():
            return
        if self.state.made not in ("", self.wish()):
            self.rotate(event)
        else:
            self.ask({})

    def ask(self, fresh: dict[int, dict[str, str]]) -> None:
        """Juju shows what was set in this hook only after it, so fresh certificates are handed over."""
        self.library.ask([(prefix, fresh.get(at, self.own(at))["certificate"]) for at, prefix in self.prefixes()])

    def tell_events(self, event: ops.ActionEvent) -> None:
        event.set_results({name: str(count) for name, count in self.state.counts.items()})
        self.state.counts = {}

    def put(self, event: ops.ActionEvent) -> None:
        self.etcdctl(event, "put", event.params["key"], event.params["value"])

    def get(self, event: ops.ActionEvent) -> None:
        self.etcdctl(event, "get", "--print-value-only", event.params["key"])

    def etcdctl(self, event: ops.ActionEvent, *words: str) -> None:
        """Fails the action with etcd's words; the key file is this user's alone and goes at once."""
        answer = self.library.answer(self.model.relations["etcd"][0])
        files = {"ca": answer["tls-ca"] or "", **self.own()}
        paths = {name: pathlib.Path(f"{os.getcwd()}/.{name}.pem") for name in files}
        for name, path in paths.items():
            path.touch(mode=0o600)
            path.write_text(files[name])
        flags = ["--endpoints", answer["uris"], "--cacert", paths["ca"], "--cert", paths["certificate"], "--key", paths["private-key"]]
        done = subprocess.run([str(self.config["etcdctl"]), *flags, *words], capture_output=True, text=True)
        for path in paths.values():
            path.unlink()
        if done.returncode:
            event.fail(done.stderr[-300:])
        else:
            event.set_results({"value": done.stdout.strip()})


if __name__ == "__main__":
    ops.main(Client)
