// System users, by the machine's own list.

import { type Owner, readTextIfExists } from './file.ts'

/** `undefined` where there is no such user. Accounts of a directory service are not looked for: etcd's is a local one. */
export async function lookUpUser(name: string, passwd = '/etc/passwd'): Promise<Owner | undefined> {
  const lines = (await readTextIfExists(passwd))?.split('\n') ?? []
  const [, , uid, gid] = lines.map((line) => line.split(':')).find(([user]) => user === name) ?? []
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined
}
