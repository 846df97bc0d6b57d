"""A collector as those of the field are: their library reads cos_agent, and what it reads lies in a file for the tests."""

import json
import pathlib

import ops
from charms.grafana_agent.v0.cos_agent import COSAgentRequirer


class Collector(ops.CharmBase):
    """Says what it has read whenever the library says that it is new, and what the library refuses."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        self.reader = COSAgentRequirer(self, is_tracing_ready=lambda: False)
        framework.observe(self.reader.on.data_changed, self.tell)
        framework.observe(self.reader.on.validation_error, self.refuse)

    def tell(self, _: ops.EventBase) -> None:
        self.write(
            jobs=self.reader.metrics_jobs,
            metrics=self.reader.metrics_alerts,
            logs=self.reader.logs_alerts,
            slots=self.reader.snap_log_endpoints,
            dashboards=[row["content"] for row in self.reader.dashboards],
        )
        self.unit.status = ops.ActiveStatus()

    def refuse(self, event) -> None:
        self.unit.status = ops.BlockedStatus(event.message[:100])

    def write(self, **read: object) -> None:
        pathlib.Path(f"/srv/{self.app.name}.json").write_text(json.dumps(read))


if __name__ == "__main__":
    ops.main(Collector)
