"""The field's library of today, v1: a list of requests, each with its certificate."""

import ops
from dpcharmlibs.interfaces import (
    RequirerCommonModel,
    RequirerDataContractV1,
    ResourceProviderModel,
    ResourceRequirerEventHandler,
    build_model,
    write_model,
)

RELATION = "etcd"


class LibraryV1:
    """What the client needs of it, by the same names as of v0."""

    events = [
        "resource_created",
        "endpoints_changed",
        "read_only_endpoints_changed",
        "authentication_updated",
        "status_raised",
        "status_resolved",
    ]
    served = ["resource_created", "authentication_updated"]

    def __init__(self, charm: ops.CharmBase, requests: list[tuple[str, str | None]]):
        models = [RequirerCommonModel(resource=prefix, mtls_cert=certificate) for prefix, certificate in requests]
        self.model = charm.model
        self.app = charm.app
        self.handler = ResourceRequirerEventHandler(charm, RELATION, models, response_model=ResourceProviderModel)

    def answer_of(self, event) -> dict[str, str | None]:
        return self.parts(event.response)

    def answer(self, relation: ops.Relation) -> dict[str, str | None]:
        return self.parts(self.handler.interface.build_model(relation.id, component=relation.app).requests[0])

    def parts(self, response) -> dict[str, str | None]:
        names = ["username", "uris", "endpoints", "tls-ca", "version"]
        return {name: getattr(response, name.replace("-", "_")) for name in names}

    def ask(self, requests: list[tuple[str, str]]) -> None:
        """The list in the databag, edited in place: what is added has no id yet, as where charm code adds it."""
        for relation in self.model.relations[RELATION]:
            repository = self.handler.interface.repository(relation.id, self.app)
            known = build_model(repository, RequirerDataContractV1[RequirerCommonModel])
            rows = list(known.requests)[: len(requests)]
            for at, (prefix, certificate) in enumerate(requests):
                if at == len(rows):
                    rows.append(RequirerCommonModel(resource=prefix))
                rows[at].resource = prefix
                rows[at].mtls_cert = certificate
            known.requests = rows
            known.version = "v1"
            write_model(repository, known)
