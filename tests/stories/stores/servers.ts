// The servers of stores, each started as its own conformance wants it: see start-store.ts for where they come from.

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { createAuthority, issue } from '../../unit/etcd/certificates.ts'
import { freePort, provided, type Server, startServer } from './start-store.ts'

export const account = 'devstoreaccount1'
export const accountKey = Buffer.from('the key of an account, hush-hush').toString('base64')

function pathOf(kind: Parameters<typeof provided>[0]): string {
  const found = provided(kind)
  return 'path' in found ? found.path : assert.fail(found.missing)
}

export async function startAzurite(host: string, folder: string): Promise<Server> {
  const port = await freePort()
  const flags = [
    '--blobHost',
    host,
    '--blobPort',
    String(port),
    '--location',
    folder,
    '--skipApiVersionCheck',
  ]
  const env = { AZURITE_ACCOUNTS: `${account}:${accountKey}` }
  return startServer({
    host,
    port,
    command: [process.execPath, pathOf('azurite'), ...flags, '--silent'],
    env,
  })
}

export async function startGoogle(host: string): Promise<Server> {
  const port = await freePort()
  const flags = ['-scheme', 'http', '-host', host, '-port', String(port), '-public-host', `${host}:${port}`]
  const backend = ['-backend', 'memory', '-external-url', `http://${host}:${port}`]
  return startServer({ host, port, command: [pathOf('fake-gcs-server'), ...flags, ...backend] })
}

/** Where service accounts get their tokens. */
export async function startTokens(host: string): Promise<AsyncDisposable & { readonly url: string }> {
  const port = await freePort()
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ access_token: 'token', expires_in: 3600 }))
  })
  await new Promise<void>((resolve) => server.listen(port, host, resolve))
  return {
    url: `http://${host}:${port}/token`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

export function serviceAccount(tokens: string): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return JSON.stringify({
    type: 'service_account',
    client_email: 'backup@project.test',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    token_uri: tokens,
    project_id: 'project',
  })
}

export async function startMinio(
  host: string,
  folder: string,
): Promise<Server & { readonly authority: string }> {
  const authority = createAuthority(folder, 'stores')
  const certificate = issue(authority, 'minio', { names: `IP:${host}` })
  await mkdir(join(folder, 'certs'))
  await copyFile(certificate.certificatePath, join(folder, 'certs/public.crt'))
  await copyFile(certificate.keyPath, join(folder, 'certs/private.key'))
  await mkdir(join(folder, 'data'))
  const port = await freePort()
  const flags = ['--address', `${host}:${port}`, '--certs-dir', join(folder, 'certs'), '--quiet']
  const server = await startServer({
    host,
    port,
    scheme: 'https',
    command: [pathOf('minio'), 'server', ...flags, join(folder, 'data')],
    env: {
      MINIO_ROOT_USER: 'AKIDEXAMPLE',
      MINIO_ROOT_PASSWORD: 'hush-hush-secret',
      MINIO_BROWSER: 'off',
      HOME: folder,
    },
  })
  return Object.assign(server, { authority: await readFile(authority.certificatePath, 'utf8') })
}
