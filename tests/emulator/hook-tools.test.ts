// Golden tests: what each hook tool prints and how it fails, as facts/juju.md §2 has it, called by a real hook's shell.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openModel } from './index.ts'
import { ask, environmentOf, packProbe } from './probe.ts'

const options = {
  etcd: process.env.ETCD_BIN_DIR ?? '',
  cache: process.env.EMULATOR_CACHE ?? '',
}

/** Line, exit code, standard output, standard error; `undefined` where it does not matter. */
type Golden = readonly [line: string, code: number, out: string | RegExp, err?: string]

const both: readonly Golden[] = [
  ['is-leader', 0, 'True\n'],
  ['is-leader --format=json', 0, 'true\n'],
  ['is-leader --format xml', 2, '', 'ERROR invalid value "xml" for option --format: unknown format "xml"\n'],
  ['config-get --format=json', 0, '{"title":"My Site"}\n'],
  ['config-get title', 0, 'My Site\n'],
  ['config-get none --format=json', 0, 'null\n'],
  ['config-get none', 0, ''],
  ['relation-ids peers --format=json', 0, '["peers:0"]\n'],
  ['relation-ids nothing --format=json', 0, '[]\n'],
  ['relation-ids', 2, '', 'ERROR no endpoint name specified\n'],
  ['relation-list -r 0 --format=json', 0, '[]\n'],
  ['relation-list -r peers:0 --app', 0, 'p\n'],
  ['relation-list', 2, '', 'ERROR no relation id specified\n'],
  ['relation-list -r x', 2, '', 'ERROR invalid value "x" for option -r: invalid relation id\n'],
  ['relation-list -r in:9', 2, '', 'ERROR invalid value "in:9" for option -r: relation not found\n'],
  ['relation-get -r 0 - p/0', 0, /ingress-address/],
  ['relation-get -r 0 - p/0 more', 2, '', 'ERROR unrecognized args: ["more"]\n'],
  ['relation-get -r 0', 2, '', 'ERROR no unit or application specified\n'],
  ['relation-get -r 0 - p', 2, '', 'ERROR expected unit name, got application name "p"\n'],
  [
    `printf '{"a":"\\302\\233"}' | relation-set -r 0 --file -`,
    1,
    '',
    'ERROR yaml: control characters are not allowed\n',
  ],
  [
    `printf '{"a":"\\\\ud83d\\\\ude00"}' | relation-set -r 0 --file -`,
    1,
    '',
    'ERROR yaml: found invalid Unicode character escape code\n',
  ],
  [
    `printf '{"nel":"a\\302\\205b","escaped":"\\\\u0085","smile":"\\360\\237\\230\\200"}' | relation-set -r 0 --file -`,
    0,
    '',
  ],
  ['relation-get -r 0 nel p/0', 0, 'a b\n'],
  ['relation-get -r 0 escaped p/0', 0, '\u0085\n'],
  ['relation-get -r 0 smile p/0 --format=json', 0, '"\u{1f600}"\n'],
  [`printf '{"nel":"","escaped":"","smile":""}' | relation-set -r 0 --file -`, 0, ''],
  ['relation-set -r 0 word', 2, '', 'ERROR expected "key=value", got "word"\n'],
  ['relation-model-get -r 0 --format=json', 0, /^\{"uuid":"[0-9a-f-]{36}"\}\n$/],
  ['status-set active ready', 0, ''],
  ['status-get', 0, 'active\n'],
  ['status-get --include-data --format=json', 0, '{"message":"ready","status":"active","status-data":{}}\n'],
  [
    'status-set error',
    2,
    '',
    'ERROR invalid status "error", expected one of [maintenance blocked waiting active]\n',
  ],
  ['state-set a=1; state-get a', 0, '1\n'],
  ['state-get --strict zz', 1, '', 'ERROR "zz" not found\n'],
  ['open-port 80; close-port 81/udp; opened-ports --format=json', 0, '["80/tcp"]\n'],
  ['open-port', 2, '', 'ERROR no port or range specified\n'],
  ['open-port 80/sctp', 2, '', 'ERROR invalid protocol "sctp", expected "tcp", "udp", or "icmp"\n'],
  ['open-port 90-80', 2, '', 'ERROR invalid port range 90-80/tcp\n'],
  ['open-port 1-70000', 2, '', 'ERROR port range bounds must be between 0 and 65535, got 1-70000\n'],
  ['network-get', 2, '', 'ERROR no arguments specified\n'],
  ['network-get in --bind-address', 0, /^10\.\d+\.\d+\.10\n$/],
  ['unit-get private-address', 0, /^10\.\d+\.\d+\.10\n$/],
  ['storage-list --format=json', 0, '["data/0"]\n'],
  ['storage-get -s data/0 --format=json', 0, '{"kind":"filesystem","location":"/srv/data"}\n'],
  ['storage-get', 2, '', 'ERROR no storage instance specified\n'],
  ['resource-get', 2, '', 'ERROR missing required resource name\n'],
  ['secret-ids --format=json', 0, 'null\n'],
  ['secret-add', 2, '', 'ERROR missing secret value or filename\n'],
  ['secret-add K=v', 2, '', 'ERROR key "K" not valid\n'],
  ['secret-get', 2, '', 'ERROR require either a secret URI or label\n'],
  ['secret-get nonsense', 2, '', 'ERROR secret URI "nonsense" not valid\n'],
  [
    'secret-get secret:c0000000000000000001',
    2,
    '',
    'ERROR secret URI "secret:c0000000000000000001" not valid\n',
  ],
  [
    'action-set X=1',
    2,
    '',
    'ERROR key "X" must start and end with lowercase alphanumeric, and contain only lowercase alphanumeric and hyphens\n',
  ],
  ['action-get --format=json', 0, '{}\n'],
  ['juju-log', 2, '', 'ERROR no message specified\n'],
  ['juju-log --colour red', 2, '', 'ERROR option provided but not defined: --colour\n'],
  ['juju-reboot', 1, '', 'ERROR juju-reboot is not supported when running an action.\n'],
  ['credential-get', 1, '', 'ERROR cannot access cloud credentials: permission denied\n'],
  ['JUJU_CONTEXT_ID= is-leader', 1, '', 'ERROR JUJU_CONTEXT_ID not set\n'],
  ['JUJU_CONTEXT_ID=old is-leader', 1, '', 'ERROR bad request: wrong context ID; got "old"\n'],
  [
    'secret-add --label l key=a; secret-add --label l key=b',
    1,
    /^secret:\/\//,
    'ERROR secret with label "l" already exists\n',
  ],
]

const missing = 'c0000000000000000zz0'.replace('zz', 'vv')
const nowhere = '3f1c2a6e-0000-4000-8000-000000000000'
const byProfile: Readonly<Record<'3.6' | '4.0', readonly Golden[]>> = {
  '3.6': [
    [`secret-get ${missing}`, 1, '', `ERROR secret "${missing}" not found\n`],
    [
      `secret-get secret://${nowhere}/${missing}`,
      1,
      '',
      'ERROR creating remote secret client: migration not found\n',
    ],
    ['secret-get --label none', 1, '', 'ERROR consumer label "none" not found\n'],
    ['network-get zz', 1, '', 'ERROR undefined for unit charm: endpoint "zz" not valid\n'],
    ['application-version-set', 1, '', 'ERROR no version specified\n'],
    ['unit-get colour', 1, '', 'ERROR unknown setting "colour"\n'],
    ['storage-get -s x location', 2, '', 'ERROR invalid storage ID "x"\n'],
    ['action-set stdout=1', 1, '', 'ERROR cannot set reserved action key "stdout"\n'],
    ['leader-set a=1; leader-get a', 0, '1\n'],
    ['resource-get tool', 0, '/var/lib/juju/agents/unit-p-0/resources/tool.bin'],
  ],
  '4.0': [
    [`secret-get ${missing}`, 1, '', 'ERROR getting latest secret revision: secret not found\n'],
    [
      `secret-get secret://${nowhere}/${missing}`,
      1,
      '',
      `ERROR creating remote secret client: no completed redirect for model "${nowhere}": model not redirected\n`,
    ],
    ['secret-get --label none', 1, '', 'ERROR secret URI for consumer label "none" not found\n'],
    ['network-get zz', 1, '', 'ERROR no network config found for binding "zz"\n'],
    ['leader-get', 127, '', 'sh: 1: leader-get: not found\n'],
  ],
}

for (const profile of ['3.6', '4.0'] as const) {
  test(`hook tools print and fail as those of Juju ${profile}`, async (all) => {
    await using probe = await packProbe()
    await using model = await openModel({ ...options, profile })
    await model.deploy('p', { archive: probe.archive })
    await model.settle()
    const rows = [...both, ...byProfile[profile]]
    const found = await ask(
      model,
      'p/0',
      rows.map(([line]) => line),
    )
    for (const [at, [line, code, out, err = '']] of rows.entries()) {
      await all.test(line, () => {
        const got = found[at]
        assert.deepEqual([got?.code, got?.err], [code, err])
        if (typeof out === 'string') assert.equal(got?.out, out)
        else assert.match(got?.out ?? '', out)
      })
    }

    const [action] = model.tables.journal.filter((run) => run.hook === 'act')
    // Measured, and no assertion: a shell, the tool's process and the agent's answer.
    all.diagnostic(
      `${((action?.ms ?? 0) / (action?.calls.length ?? 1)).toFixed(1)} ms for each call from a shell`,
    )

    await all.test('the environment is the table of facts/juju.md §1.3, and nothing else', async () => {
      const names = (await environmentOf(model, 'p/0', 'start')).map((row) => row.split('=')[0])
      const versions =
        profile === '3.6'
          ? ['JUJU_SLA']
          : [
              'JUJU_CHARM_TRACE_CONFIG_CA_CERT',
              'JUJU_CHARM_TRACE_CONFIG_GRPC',
              'JUJU_CHARM_TRACE_CONFIG_HTTP',
            ]
      const always =
        'APT_LISTCHANGES_FRONTEND CHARM_DIR CLOUD_API_VERSION DEBIAN_FRONTEND JUJU_AGENT_SOCKET_ADDRESS JUJU_AGENT_SOCKET_NETWORK JUJU_API_ADDRESSES JUJU_AVAILABILITY_ZONE JUJU_CHARM_DIR JUJU_CHARM_FTP_PROXY JUJU_CHARM_HTTPS_PROXY JUJU_CHARM_HTTP_PROXY JUJU_CHARM_NO_PROXY JUJU_CONTEXT_ID JUJU_DISPATCH_PATH JUJU_HOOK_NAME JUJU_MACHINE_ID JUJU_MODEL_NAME JUJU_MODEL_UUID JUJU_PRINCIPAL_UNIT JUJU_UNIT_NAME JUJU_VERSION LANG PATH TERM'
      // The shell adds PWD by itself.
      assert.deepEqual(
        names.filter((name) => name !== 'PWD').sort(),
        [...always.split(' '), ...versions].sort(),
      )
    })
  })
}
