"""The least that a provider on the field's library does: it answers. It makes no user, looks at no certificate, has no etcd."""

import ops
from dpcharmlibs.interfaces import (
    MtlsCertUpdatedEvent,
    RequirerCommonModel,
    ResourceProviderEventHandler,
    ResourceProviderModel,
)


class Provider(ops.CharmBase):
    """Says the same to everybody."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        self.clients = ResourceProviderEventHandler(self, "etcd-client", RequirerCommonModel, mtls_enabled=True)
        framework.observe(self.clients.on.mtls_cert_updated, self.answer)
        framework.observe(self.on.update_status, self.ready)
        framework.observe(self.on.start, self.ready)

    def answer(self, event: MtlsCertUpdatedEvent) -> None:
        asked = event.request
        answer = ResourceProviderModel(
            request_id=asked.request_id,
            resource=asked.resource,
            salt=asked.salt,
            endpoints="10.0.0.1:2379",
            version="3.6.4",
            username=asked.resource.strip("/"),
            uris="https://10.0.0.1:2379",
            tls=True,
            tls_ca="none",
        )
        self.clients.set_response(event.relation.id, answer)
        self.ready(event)

    def ready(self, _event: ops.EventBase) -> None:
        self.unit.status = ops.ActiveStatus()


if __name__ == "__main__":
    ops.main(Provider)
