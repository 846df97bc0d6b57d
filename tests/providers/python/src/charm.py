"""A store as integrators of the field give it: the library on PyPI does the rest, or the wire is spoken as older ones spoke it."""

import json

import ops
from object_storage import AzureStorageProvider, GCSProvider, S3Provider

PROVIDERS = {
    "s3-credentials": S3Provider,
    "azure-storage-credentials": AzureStorageProvider,
    "gcs-credentials": GCSProvider,
}
"""What the first versions wait for before they answer, beside what they give a name to."""
PLACES = {"s3-credentials": "bucket", "azure-storage-credentials": "container", "gcs-credentials": "version"}


class Store(ops.CharmBase):
    """Gives what its options say, once the requirer has asked."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.config_changed, self.give_all)
        if self.config["dialect"] == "v1":
            self.providers = {name: kind(self, name) for name, kind in PROVIDERS.items()}
            for provider in self.providers.values():
                framework.observe(provider.on.storage_connection_info_requested, self.asked)
            return
        for name in PROVIDERS:
            events = self.on[name]
            framework.observe(events.relation_created, self.created)
            framework.observe(events.relation_changed, self.changed)

    def settings(self) -> dict[str, object]:
        return json.loads(str(self.config["settings"]))

    def keys(self) -> dict[str, str]:
        return json.loads(str(self.config["keys"]))

    def asked(self, event) -> None:
        self.give(event.relation)

    def created(self, event: ops.RelationCreatedEvent) -> None:
        if self.config["dialect"] == "lib" and self.unit.is_leader():
            event.relation.data[self.app]["lib-version"] = "1.0"
        elif self.unit.is_leader():
            # The libraries' own memory of what they saw: all that the first ones wrote before they were asked.
            event.relation.data[self.app]["data"] = "{}"

    def changed(self, event: ops.RelationChangedEvent) -> None:
        self.give(event.relation)

    def give_all(self, _: ops.EventBase) -> None:
        for relation in (relation for name in PROVIDERS for relation in self.model.relations[name]):
            self.give(relation)

    def give(self, relation: ops.Relation) -> None:
        if not self.unit.is_leader() or not relation.app:
            return
        if self.config["dialect"] == "v1":
            provider = self.providers[relation.name]
            if provider.is_protocol_ready(relation):
                provider._load_secrets_from_databag(relation)
                provider.set_storage_connection_info(relation.id, {**self.settings(), **self.keys()})
        else:
            self.give_by_hand(relation)

    def give_by_hand(self, relation: ops.Relation) -> None:
        asked = relation.data[relation.app]
        place = PLACES[relation.name]
        if place not in asked and not (self.config["dialect"] == "lib" and "lib-version" in asked):
            return
        given = {key: value if isinstance(value, str) else json.dumps(value) for key, value in self.settings().items()}
        relation.data[self.app].update(given)
        if self.config["dialect"] == "lib" and "requested-secrets" in asked:
            relation.data[self.app]["secret-extra"] = self.grant(relation)
        else:
            relation.data[self.app].update(self.keys())

    def grant(self, relation: ops.Relation) -> str:
        label = f"{relation.name}.{relation.id}.extra"
        try:
            secret = self.model.get_secret(label=label)
            if secret.peek_content() != self.keys():
                secret.set_content(self.keys())
        except ops.SecretNotFoundError:
            secret = self.app.add_secret(self.keys(), label=label)
            secret.grant(relation)
        return str(secret.get_info().id) if not secret.id else str(secret.id)


if __name__ == "__main__":
    ops.main(Store)
