"""The field's library as most charms have it, v0: one request, its prefix and its certificate in the databag."""

import ops
from charms.data_platform_libs.v0.data_interfaces import EtcdRequires

RELATION = "etcd"


class LibraryV0:
    """What the client needs of it, by the same names as of v1."""

    events = ["etcd_ready", "endpoints_changed", "status_raised", "status_resolved"]
    served = ["etcd_ready"]

    def __init__(self, charm: ops.CharmBase, requests: list[tuple[str, str | None]]):
        [(prefix, certificate)] = requests or [("", None)]
        self.model = charm.model
        self.handler = EtcdRequires(charm, RELATION, prefix=prefix, mtls_cert=certificate)

    def answer_of(self, event) -> dict[str, str | None]:
        return self.answer(event.relation)

    def answer(self, relation: ops.Relation) -> dict[str, str | None]:
        fields = ["username", "uris", "endpoints", "tls-ca", "version"]
        return {name: self.handler.fetch_relation_field(relation.id, name) for name in fields}

    def ask(self, requests: list[tuple[str, str]]) -> None:
        for relation in self.model.relations[RELATION]:
            for prefix, certificate in requests:
                self.handler.update_relation_data(relation.id, {"prefix": prefix})
                self.handler.set_mtls_cert(relation.id, certificate)
