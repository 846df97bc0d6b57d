// How much of every handshake a trusted certificate takes: etcd sends the subjects of all of them. Read off the DER's own lengths, so
// that a thousand cost nothing.

/** Of one certificate, when etcd has room for 64 KiB of all of them. */
export const longestSubject = 1_024

/** Bytes of the subject's DER. @throws {TypeError} where it is no certificate */
export function subjectSize(der: Buffer): number {
  const body = open(der, open(der, 0).content).content
  // The version is left out where it is 1.
  let at = der[body] === 0xa0 ? open(der, body).end : body
  // Serial, algorithm, issuer, validity.
  for (let field = 0; field < 4; field += 1) at = open(der, at).end
  return open(der, at).end - at
}

/** An element's content, and where it ends. */
function open(der: Buffer, at: number): { readonly content: number; readonly end: number } {
  const first = der[at + 1]
  if (first === undefined) throw new TypeError('the DER ends too early')
  const more = first < 0x80 ? 0 : first & 0x7f
  if (more > 4 || first === 0x80 || at + 2 + more > der.length)
    throw new TypeError('the DER has no such length')
  const content = at + 2 + more
  const end = content + (more === 0 ? first : der.readUIntBE(at + 2, more))
  if (end > der.length) throw new TypeError('the DER ends too early')
  return { content, end }
}
